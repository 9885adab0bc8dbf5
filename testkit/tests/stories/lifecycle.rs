//! Workspaces come and go: what stops, who is told, and what goes on where it stopped.

use chrono::TimeDelta;
use serde_json::json;
use shared::clock::Clock;
use shared::sql;
use slack_emulator::{ChannelSetup, Fault, FaultRule, SlackEmulator, UninstallOrder, User};
use testkit::{ACME, BIRCH, PATIENCE, Side, TestApp, TestDatabase, Way, on_each_database};

const GONE: &str = "SyncBot was removed from *Birch*: what is said here no longer reaches them, nor what they say this channel.";
const BACK: &str =
    "SyncBot is back in *Birch*: what is said from now on arrives on both sides again.";

/// Both workspaces have somebody who manages them.
async fn managed(database: TestDatabase) -> TestApp {
    let app = TestApp::start(database).await;
    for side in [ACME, BIRCH] {
        app.slack.workspace(side.team).add_user(User::new("U0BOSS", "The boss").owner());
    }
    app
}

fn told(app: &TestApp, side: Side) -> Vec<String> {
    app.slack.told(side.team, "U0BOSS")
}

async fn until_told(app: &TestApp, side: Side, count: usize) -> Vec<String> {
    let told = |slack: &SlackEmulator| slack.told(side.team, "U0BOSS").len() >= count;
    app.slack.wait_until(told, PATIENCE).await.expect("somebody is told");
    app.until_settled().await;
    app.slack.told(side.team, "U0BOSS")
}

async fn is_installed(app: &TestApp, side: Side) -> bool {
    let gone: (bool,) = app
        .db
        .read(sql!("SELECT deleted_at IS NULL FROM workspaces WHERE team_id = $1"))
        .bind(side.team)
        .fetch_one()
        .await
        .expect("read");
    gone.0
}

/// Tokens that stand in the database, sealed or not.
async fn tokens_of(app: &TestApp, side: Side) -> (i64, i64) {
    app.db
        .read(sql!(
            "SELECT (SELECT COUNT(*) FROM installations JOIN workspaces ON workspaces.id = workspace_id
                     WHERE team_id = $1 AND token <> ''),
                    (SELECT COUNT(*) FROM user_tokens JOIN workspaces ON workspaces.id = workspace_id WHERE team_id = $1)"
        ))
        .bind(side.team)
        .fetch_one()
        .await
        .expect("read")
}

on_each_database! {
    async fn a_person_who_takes_back_what_they_gave_stops_nothing(database: TestDatabase) {
        let app = managed(database).await;
        for names_the_bot in [false, true] {
            app.slack.switch(|switches| switches.personal_revoke_names_the_bot = names_the_bot);
            app.authorize(BIRCH, BIRCH.person).await;
            assert_eq!(tokens_of(&app, BIRCH).await, (1, 1));
            app.slack.revoke_user_token(BIRCH.team, BIRCH.person);
            app.until_settled().await;
            assert_eq!(tokens_of(&app, BIRCH).await, (1, 0));
        }
        ACME.says(&app.slack, "it goes on");
        app.until_both_have(1).await;
        assert!(is_installed(&app, BIRCH).await);
        app.finish().await;
    }

    async fn a_workspace_that_removes_the_app_gets_nothing_and_its_partners_learn_of_it_once(database: TestDatabase) {
        for order in [UninstallOrder::TokensFirst, UninstallOrder::UninstalledFirst] {
            let app = managed(TestDatabase::create(database.engine())).await;
            app.slack.switch(|switches| switches.uninstall_event_order = order);
            app.authorize(BIRCH, BIRCH.person).await;
            ACME.says(&app.slack, "before");
            app.until_both_have(1).await;
            app.until_settled().await;
            app.slack.uninstall(BIRCH.team);
            let first = until_told(&app, ACME, 1).await;
            assert!(first.len() == 1 && first[0].contains("removed from the workspace *Birch*") && first[0].contains("within 30 days"), "{first:?}");
            assert_eq!(ACME.texts(&app.slack), ["before", GONE]);
            assert!(!is_installed(&app, BIRCH).await);
            assert_eq!(tokens_of(&app, BIRCH).await, (0, 0), "nothing is left that Slack would have taken");
            let calls = app.slack.calls_of("chat.postMessage").len();
            ACME.says(&app.slack, "to nobody");
            app.until_settled().await;
            assert_eq!(app.slack.calls_of("chat.postMessage").len(), calls);
            assert_eq!(app.dead_jobs().await, []);
            app.stop_everything().await;
        }
    }

    async fn an_event_of_before_the_installation_does_not_end_it(database: TestDatabase) {
        let app = managed(database).await;
        app.slack.add_fault(FaultRule::always(Fault::error("account_inactive")).on_method("auth.test"));
        let before = (Clock::system().now() - TimeDelta::minutes(5)).timestamp();
        for (number, event) in [json!({"type": "app_uninstalled"}), json!({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BIRCHBOT"]}})].into_iter().enumerate() {
            let body = json!({
                "type": "event_callback", "team_id": BIRCH.team, "api_app_id": "A0OTHER", "event_id": format!("Ev0LATE{number}"),
                "event_time": before, "event": event,
            });
            let answer = app.signed(&body.to_string(), app.slack.signing_secret()).send().await;
            assert_eq!(answer.0, 200, "{}", answer.1);
        }
        app.until_settled().await;
        assert!(is_installed(&app, BIRCH).await);
        ACME.says(&app.slack, "it goes on");
        app.until_both_have(1).await;
        app.finish().await;
    }

    async fn a_workspace_that_comes_back_goes_on_where_it_stopped(database: TestDatabase) {
        let app = managed(database).await;
        // A second channel, which somebody has paused, and a private third.
        for (channel, other, setup) in [("C0LAB", "C0LABB", false), ("C0BOARD", "C0BOARDB", true)] {
            app.slack.workspace(ACME.team).channel(channel, channel);
            let theirs = ChannelSetup::new(other, "theirs");
            app.slack.workspace(BIRCH.team).add_channel(if setup { theirs.private() } else { theirs });
            let sides = [(Side { channel, ..ACME }, Way::Both), (Side { channel: other, ..BIRCH }, Way::Both)];
            app.sync(&sides).await.expect("synced");
        }
        assert!(app.pause_channel(BIRCH.team, "C0LABB").await);
        let ts = ACME.says(&app.slack, "helo");
        app.until_both_have(1).await;
        app.until_settled().await;

        app.slack.uninstall(BIRCH.team);
        until_told(&app, ACME, 1).await;
        ACME.says(&app.slack, "while they are gone");
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "hello");
        app.until_settled().await;

        app.reinstall(BIRCH).await;
        let both = until_told(&app, ACME, 2).await;
        assert!(both[1].contains("is back in the workspace *Birch*"), "{both:?}");
        let birch = until_told(&app, BIRCH, 1).await;
        assert!(birch[0].starts_with("Welcome back. I am no longer a member of <#C0BOARDB>, and cannot join"), "{birch:?}");
        assert_eq!(ACME.texts(&app.slack)[1..], [GONE, "while they are gone", BACK]);
        let reads = |slack: &SlackEmulator| BIRCH.texts(slack)[0] == "hello";
        app.slack.wait_until(reads, PATIENCE).await.expect("what became of messages meanwhile shows");
        assert!(!BIRCH.texts(&app.slack).iter().any(|text| text == "while they are gone"), "what was said meanwhile does not");
        ACME.says(&app.slack, "and on");
        let arrives = |slack: &SlackEmulator| BIRCH.texts(slack).last().is_some_and(|last| last == "and on");
        app.slack.wait_until(arrives, PATIENCE).await.expect("it goes on");

        // Where somebody had paused it, it stays paused; in the private channel until the bot is invited.
        let bot = app.slack.bot_user_id(BIRCH.team);
        for channel in ["C0LAB", "C0BOARD"] {
            app.slack.say(ACME.team, channel, ACME.person, "not yet");
        }
        app.until_settled().await;
        app.slack.invite(BIRCH.team, "C0BOARDB", BIRCH.person, &bot);
        app.until_settled().await;
        for channel in ["C0LAB", "C0BOARD"] {
            app.slack.say(ACME.team, channel, ACME.person, "now");
        }
        app.until_settled().await;
        let copies = |channel: &str| -> Vec<String> {
            let messages = app.slack.messages(BIRCH.team, channel).into_iter();
            messages.filter(|message| message.author.contains("(Acme)")).map(|message| message.text).collect()
        };
        assert_eq!((copies("C0LABB"), copies("C0BOARDB")), (vec![], vec!["now".to_owned()]));
        assert_eq!(told(&app, BIRCH).len(), 1);
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn what_was_acknowledged_before_a_workspace_left_goes_its_way(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        ACME.says(&app.slack, "to those who leave");
        BIRCH.says(&app.slack, "last words");
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
        // Their lanes are served after all others.
        let late = sql!("UPDATE lanes SET due_at = due_at + 2000 WHERE lane LIKE 'src:%'");
        app.db.write(late).execute().await.expect("stored");
        app.slack.uninstall(BIRCH.team);
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
        let mut app = app;
        app.start_worker();
        let words = |slack: &SlackEmulator| ACME.texts(slack).iter().any(|text| text == "last words");
        app.slack.wait_until(words, PATIENCE).await.expect("they arrive");
        assert!(!is_installed(&app, BIRCH).await && ACME.texts(&app.slack).iter().any(|text| text == GONE));
        app.until_lanes_rest().await;
        app.reinstall(BIRCH).await;
        let waited = |slack: &SlackEmulator| BIRCH.texts(slack).last().is_some_and(|last| last == "to those who leave");
        app.slack.wait_until(waited, PATIENCE).await.expect("it waited for them");
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn a_reply_that_waits_for_its_root_is_not_lost_when_they_leave(database: TestDatabase) {
        let app = managed(database).await;
        app.slack.switch(|switches| switches.lose_events = true);
        let root = ACME.says(&app.slack, "unheard");
        app.slack.switch(|switches| switches.lose_events = false);
        ACME.replies(&app.slack, &root, "heard");
        app.until_lanes_rest().await;
        app.slack.uninstall(BIRCH.team);
        let told = |slack: &SlackEmulator| !slack.told(ACME.team, "U0BOSS").is_empty();
        app.slack.wait_until(told, PATIENCE).await.expect("Acme learns of it");
        assert!(app.backfill(ACME, TimeDelta::hours(1)).await);
        app.until_lanes_rest().await;
        app.reinstall(BIRCH).await;
        let both = |slack: &SlackEmulator| BIRCH.texts(slack).ends_with(&["unheard".to_owned(), "heard".to_owned()]);
        app.slack.wait_until(both, PATIENCE).await.expect("they come, with what they hang on");
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }
}

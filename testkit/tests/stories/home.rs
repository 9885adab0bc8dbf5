//! What people see on the app's Home tab.

use serde_json::{Value, json};
use shared::slack::scopes;
use shared::sql;
use shared::tables::audit::{self, Filter};
use slack_emulator::{SlackEmulator, User, ViolationKind};
use testkit::{
    ACME, BIRCH, CEDAR, PATIENCE, Side, SignedRequest, TestApp, Visitor, on_each_database,
};

use crate::installing::enters;

/// The words of what somebody sees there.
fn words(slack: &SlackEmulator, side: Side) -> String {
    let Some(view) = slack.home(side.team, side.person) else { return String::new() };
    let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
    let text = |block: Value| block["text"]["text"].as_str().map(str::to_owned);
    blocks.into_iter().filter_map(text).collect::<Vec<_>>().join("\n")
}

async fn until_it_says(app: &TestApp, side: Side, wanted: &str) {
    let says = |slack: &SlackEmulator| words(slack, side).contains(wanted);
    let seen = app.slack.wait_until(says, PATIENCE).await;
    assert!(seen.is_ok(), "{}", words(&app.slack, side));
}

/// Who manages Birch.
const BOSS: &str = "U0BOSS";

/// What somebody in Birch can press there.
fn buttons(slack: &SlackEmulator, person: &str) -> Vec<String> {
    let view = slack.home(BIRCH.team, person).unwrap_or_default();
    let blocks = view["blocks"].as_array().cloned().unwrap_or_default();
    let id = |block: Value| block["accessory"]["action_id"].as_str().map(str::to_owned);
    blocks.into_iter().filter_map(id).collect()
}

/// Somebody in Birch opens it, and sees it as it is.
async fn opens(app: &TestApp, person: &str) {
    app.slack.open_home(BIRCH.team, person);
    app.until_settled().await;
    assert!(app.slack.home(BIRCH.team, person).is_some(), "{person} sees it");
}

/// Somebody in Birch presses a button that is there.
async fn presses(app: &TestApp, person: &str, action: &str, value: &str) {
    let pressed = app.slack.press(BIRCH.team, person, action, value).await;
    assert_eq!(pressed.expect("there is such a button"), Some(200));
}

/// An interaction that no button of ours made.
async fn sends(app: &TestApp, payload: &Value) -> u16 {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let content_type = "application/x-www-form-urlencoded".to_owned();
    let request = SignedRequest { content_type, ..app.signed(&body, app.slack.signing_secret()) };
    request.send().await.0
}

on_each_database! {
    async fn whoever_opens_it_sees_what_is_in_step(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.open_home(BIRCH.team, BIRCH.person);
        until_it_says(&app, BIRCH, "SyncBot is installed in *Birch*.").await;
        until_it_says(&app, BIRCH, "*Channels in step*\n• <#C0TOWN> with Acme").await;
        assert!(app.pause(ACME).await);
        app.slack.open_home(BIRCH.team, BIRCH.person);
        until_it_says(&app, BIRCH, "• <#C0TOWN> with Acme (paused there)").await;
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn whoever_installs_the_app_sees_it_at_once_and_what_will_not_work(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        let mut visitor = Visitor::at(&app.url);
        let asked = visitor.begins().await.replace("reactions%3Aread%2C", "");
        let back = app.slack.allow(CEDAR.team, CEDAR.person, &asked);
        visitor.comes_back(back.as_str()).await;
        until_it_says(&app, CEDAR, "No channel of this workspace is in step with another one yet.").await;
        until_it_says(&app, CEDAR, "*What does not work here*\n• reactions are not copied").await;
        until_it_says(&app, CEDAR, "/slack/install?team=T0CEDAR|install SyncBot again>").await;
        // Again, allowing everything.
        visitor.installs(&app.slack, CEDAR).await;
        let all = |slack: &SlackEmulator| !words(slack, CEDAR).contains("does not work");
        app.slack.wait_until(all, PATIENCE).await.expect("it is made anew");
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn whoever_did_not_let_syncbot_speak_for_them_is_invited_to_and_nobody_to_install_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.open_home(BIRCH.team, BIRCH.person);
        until_it_says(&app, BIRCH, "/slack/install?team=T0BIRCH|authorise it>").await;
        assert!(!words(&app.slack, BIRCH).contains("does not work"), "{}", words(&app.slack, BIRCH));

        app.authorize(BIRCH, BIRCH.person).await;
        app.slack.open_home(BIRCH.team, BIRCH.person);
        let nothing = |slack: &SlackEmulator| !words(slack, BIRCH).contains("authorise");
        app.slack.wait_until(nothing, PATIENCE).await.expect("there is nothing to invite them to");

        // Since then it asks for more.
        app.db.write(sql!("UPDATE user_tokens SET scopes = 'chat:write'")).execute().await.expect("stored");
        app.slack.open_home(BIRCH.team, BIRCH.person);
        until_it_says(&app, BIRCH, "/slack/install?team=T0BIRCH|authorise it again>").await;
        assert!(!words(&app.slack, BIRCH).contains("does not work"), "{}", words(&app.slack, BIRCH));
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn what_the_operator_does_not_ask_for_lacks_nowhere(database: TestDatabase) {
        let fewer = scopes::BOT.join(",").replace("reactions:read,reactions:write,", "");
        let asked = [("SLACK_BOT_SCOPES", fewer.as_str()), ("SLACK_USER_SCOPES", "chat:write,files:write")];
        let app = TestApp::start_configured(database, &asked).await;
        enters(&app, CEDAR);
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        let seen = visitor.until(&page, "installed").await;
        assert!(!seen.text.contains("The rest works"), "{}", seen.text);
        until_it_says(&app, CEDAR, "SyncBot is installed in *Cedar*.").await;
        let shown = words(&app.slack, CEDAR);
        assert!(!shown.contains("does not work") && !shown.contains("authorise"), "{shown}");
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn of_many_channels_a_page_is_shown_and_one_turns_to_the_next(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let mut tx = app.db.begin().await.expect("begun");
        let copied = sql!(
            "INSERT INTO sync_channels (id, sync_id, workspace_id, channel_id, publishes, subscribes, status, created_at)
             SELECT $1, sync_id, workspace_id, $2, publishes, subscribes, status, created_at FROM sync_channels WHERE channel_id = 'C0TOWN'"
        );
        for number in 0..100 {
            let (id, channel) = (format!("01M8{number:022}"), format!("C1{number:08}"));
            tx.query(copied).bind(id).bind(channel).execute().await.expect("stored");
        }
        tx.commit().await.expect("committed");
        app.slack.open_home(BIRCH.team, BIRCH.person);
        until_it_says(&app, BIRCH, "Page 1 of 3").await;
        assert!(!words(&app.slack, BIRCH).contains("<#C100000099>"));
        presses(&app, BIRCH.person, "home_show_1", "1").await;
        until_it_says(&app, BIRCH, "Page 2 of 3").await;
        presses(&app, BIRCH.person, "home_show_2", "2").await;
        until_it_says(&app, BIRCH, "<#C100000099>").await;
        presses(&app, BIRCH.person, "home_show_1", "1").await;
        until_it_says(&app, BIRCH, "Page 2 of 3").await;
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn whoever_manages_a_workspace_pauses_a_channel_and_resumes_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(BIRCH.team).add_user(User::new(BOSS, "The boss").admin());
        opens(&app, BOSS).await;
        presses(&app, BOSS, "channel_pause", BIRCH.channel).await;
        let resume = |slack: &SlackEmulator| buttons(slack, BOSS).contains(&"channel_resume".to_owned());
        app.slack.wait_until(resume, PATIENCE).await.expect("the tab is made anew");
        app.until_settled().await;
        assert!(!app.pause(BIRCH).await, "it is paused");
        assert!(BIRCH.texts(&app.slack).last().is_some_and(|text| text.contains("<@U0BOSS> paused SyncBot")), "{:?}", BIRCH.texts(&app.slack));
        assert!(ACME.texts(&app.slack).last().is_some_and(|text| text.contains("*Birch* paused its channel") && !text.contains(BOSS)));
        ACME.says(&app.slack, "not for Birch");
        app.until_settled().await;

        presses(&app, BOSS, "channel_resume", BIRCH.channel).await;
        let pause = |slack: &SlackEmulator| buttons(slack, BOSS).contains(&"channel_pause".to_owned());
        app.slack.wait_until(pause, PATIENCE).await.expect("the tab is made anew");
        ACME.says(&app.slack, "for Birch");
        let arrives = |slack: &SlackEmulator| BIRCH.texts(slack).last().is_some_and(|text| text == "for Birch");
        app.slack.wait_until(arrives, PATIENCE).await.expect("it arrives");
        app.until_settled().await;
        assert!(!BIRCH.texts(&app.slack).iter().any(|text| text == "not for Birch"));
        let team = BIRCH.team.parse().expect("an id");
        let noted = audit::latest(&app.db, &Filter { team: Some(&team), ..Filter::default() }, 2).await.expect("read");
        assert_eq!(
            noted.iter().map(|entry| (entry.actor.as_str(), entry.action.as_str())).collect::<Vec<_>>(),
            [(BOSS, "channel.resumed"), (BOSS, "channel.paused")]
        );
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn whose_role_slack_does_not_tell_looks_on(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(BIRCH.team).add_user(User::new(BOSS, "The boss").owner()).without_scope("users:read");
        opens(&app, BOSS).await;
        assert_eq!(buttons(&app.slack, BOSS), Vec::<String>::new());
        ACME.says(&app.slack, "nothing else stops");
        app.until_both_have(1).await;
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        assert!(app.slack.violations().iter().all(|call| call.kind == ViolationKind::MissingScope), "{:?}", app.slack.violations());
    }

    async fn pressing_twice_pauses_once(database: TestDatabase) {
        let mut app = TestApp::start(database).await;
        app.slack.workspace(BIRCH.team).add_user(User::new(BOSS, "The boss").owner());
        opens(&app, BOSS).await;
        app.stop_last().await;
        for _ in 0..2 {
            presses(&app, BOSS, "channel_pause", BIRCH.channel).await;
        }
        app.start_worker();
        app.until_settled().await;
        let told = ACME.texts(&app.slack).iter().filter(|text| text.contains("paused its channel")).count();
        assert_eq!((told, app.dead_jobs().await), (1, vec![]));
        app.stop_everything().await;
    }

    async fn whoever_does_not_manage_the_workspace_has_no_such_buttons_and_no_say(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let slack = &app.slack;
        slack.workspace(BIRCH.team).add_user(User::new(BOSS, "The boss").admin());
        opens(&app, BIRCH.person).await;
        assert_eq!(buttons(slack, BIRCH.person), Vec::<String>::new());

        // Forged: by a member, and by an admin about a channel of another workspace.
        let forged = |user: &str, channel: &str| json!({
            "type": "block_actions", "team": { "id": BIRCH.team }, "user": { "id": user },
            "trigger_id": format!("1.{user}.{channel}"), "actions": [{ "action_id": "channel_pause", "value": channel, "action_ts": "1700000000.000100" }],
        });
        for (user, channel) in [(BIRCH.person, BIRCH.channel), (BOSS, ACME.channel)] {
            assert_eq!(sends(&app, &forged(user, channel)).await, 200);
        }
        app.until_settled().await;
        assert!(app.pause(BIRCH).await && app.pause(ACME).await, "neither was paused");
        let told = slack.told(BIRCH.team, BIRCH.person);
        assert!(told.len() == 1 && told[0].contains("Only those who manage the workspace *Birch*"), "{told:?}");
        assert_eq!(slack.told(BIRCH.team, BOSS), Vec::<String>::new());

        // Whoever loses the role between looking and pressing.
        opens(&app, BOSS).await;
        slack.workspace(BIRCH.team).change_user(BOSS, |boss| boss.is_admin = false);
        presses(&app, BOSS, "channel_resume", BIRCH.channel).await;
        app.until_settled().await;
        assert!(!app.pause(BIRCH).await, "it stays paused");
        assert_eq!((slack.told(BIRCH.team, BOSS).len(), buttons(slack, BOSS)), (1, vec![]));
        app.stop_everything().await;
    }
}

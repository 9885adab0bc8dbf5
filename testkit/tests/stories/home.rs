//! What people see on the app's Home tab.

use serde_json::Value;
use shared::slack::scopes;
use shared::sql;
use slack_emulator::SlackEmulator;
use testkit::{ACME, BIRCH, CEDAR, PATIENCE, Side, TestApp, Visitor, on_each_database};

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

on_each_database! {
    async fn whoever_opens_it_sees_what_is_in_step(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.open_home(BIRCH.team, BIRCH.person);
        until_it_says(&app, BIRCH, "SyncBot is installed in *Birch*.").await;
        until_it_says(&app, BIRCH, "*Channels in step*\n• <#C0TOWN> with Acme").await;
        assert!(app.pause(ACME).await);
        app.slack.open_home(BIRCH.team, BIRCH.person);
        until_it_says(&app, BIRCH, "• <#C0TOWN> with Acme (paused)").await;
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

    async fn of_many_channels_the_first_are_listed(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let mut tx = app.db.begin().await.expect("begun");
        let copied = sql!(
            "INSERT INTO sync_channels (id, sync_id, workspace_id, channel_id, publishes, subscribes, status, created_at)
             SELECT $1, sync_id, workspace_id, $2, publishes, subscribes, status, created_at FROM sync_channels WHERE channel_id = 'C0TOWN'"
        );
        for number in 0..230 {
            let (id, channel) = (format!("01M8{number:022}"), format!("C1{number:08}"));
            tx.query(copied).bind(id).bind(channel).execute().await.expect("stored");
        }
        tx.commit().await.expect("committed");
        app.slack.open_home(BIRCH.team, BIRCH.person);
        until_it_says(&app, BIRCH, "… and 31 more.").await;
        app.until_settled().await;
        app.stop_everything().await;
    }
}

//! What Slack refuses in part: as much as it takes arrives, and nothing else is stopped.

use slack_emulator::{AppPost, Fault, FaultRule, SlackEmulator};
use testkit::{ACME, BIRCH, PATIENCE, TestApp, on_each_database};

const POST: &str = "chat.postMessage";

fn once(app: &TestApp, code: &str, method: &str) {
    app.slack.add_fault(FaultRule::once(Fault::error(code)).on_method(method).in_team(BIRCH.team));
}

async fn holds(app: &TestApp) -> Vec<(String,)> {
    app.db.read(shared::sql!("SELECT scope FROM holds")).fetch_all().await.expect("read")
}

on_each_database! {
    async fn what_slack_does_not_take_of_a_message_is_left_out_once(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for (number, code) in ["metadata_too_large", "duplicate_message_not_found", "duplicate_channel_not_found"].into_iter().enumerate() {
            once(&app, code, POST);
            ACME.says(&app.slack, code);
            app.until_both_have(number + 1).await;
        }
        let root = ACME.says(&app.slack, "root");
        app.until_both_have(4).await;
        for (code, count) in [("cannot_reply_to_message", 5), ("restricted_action_non_threadable_channel", 6)] {
            once(&app, code, POST);
            ACME.replies(&app.slack, &root, code);
            app.until_both_have(count).await;
        }
        app.until_settled().await;
        assert!(app.slack.messages(BIRCH.team, BIRCH.channel)[4..].iter().all(|copy| copy.thread_ts.is_none()), "said in the channel");
        let long = "more than Slack takes today. ".repeat(80);
        once(&app, "msg_too_long", POST);
        ACME.says(&app.slack, &long);
        app.until_both_have(7).await;
        app.until_settled().await;
        let copy = BIRCH.texts(&app.slack).pop().expect("a copy");
        assert!(copy.starts_with("more than Slack") && copy.chars().count() < 1_600, "{copy}");
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn a_scope_that_is_lacking_stops_nothing_but_what_needs_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for method in ["reactions.add", "users.info", "files.getUploadURLExternal"] {
            app.slack.add_fault(FaultRule::always(Fault::error("missing_scope")).on_method(method).in_team(BIRCH.team));
        }
        let ts = ACME.says(&app.slack, "hello");
        app.until_both_have(1).await;
        app.slack.react(ACME.team, ACME.channel, ACME.person, &ts, "tada");
        app.slack.share(ACME.team, ACME.channel, ACME.person, "look", [slack_emulator::FileSetup::new("a.txt", "text/plain", &b"a"[..])]);
        ACME.says(&app.slack, "and more");
        let all = ["hello", "look", "_The file `a.txt` could not be copied: SyncBot may not share files in the other workspace_", "and more"];
        app.until_reads(BIRCH, &all).await;
        app.until_settled().await;
        assert_eq!(holds(&app).await, [], "nothing is held");
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn what_slack_does_not_let_us_delete_is_at_least_not_to_be_read(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.chosen_names_can_be_deleted = false);
        let ts = ACME.says(&app.slack, "a secret");
        app.until_both_have(1).await;
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &ts);
        app.until_reads(BIRCH, &["_This message was deleted._"]).await;
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn names_that_get_lost_with_an_edit_cost_no_word(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| {
            switches.update_keeps_chosen_name = false;
            switches.client_msg_id_deduplicates = true;
            switches.edited_in_whole_seconds = false;
        });
        let ts = ACME.says(&app.slack, "helo");
        app.until_both_have(1).await;
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "hello");
        app.until_reads(BIRCH, &["hello"]).await;
        ACME.says(&app.slack, "hello");
        app.until_both_have(2).await;
        app.finish().await;
    }

    async fn a_public_channel_that_the_bot_was_removed_from_is_joined_for_an_edit_as_well(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "helo");
        app.until_both_have(1).await;
        app.until_settled().await;
        app.slack.workspace(BIRCH.team).remove_bot(BIRCH.channel);
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "hello");
        let reads = |slack: &SlackEmulator| BIRCH.texts(slack)[0] == "hello";
        app.slack.wait_until(reads, PATIENCE).await.expect("it is joined");
        app.until_settled().await;
        app.slack.workspace(BIRCH.team).remove_bot(BIRCH.channel);
        app.slack.react(ACME.team, ACME.channel, ACME.person, &ts, "tada");
        let shows = |slack: &SlackEmulator| !slack.messages(BIRCH.team, BIRCH.channel)[0].reactions.is_empty();
        app.slack.wait_until(shows, PATIENCE).await.expect("it is joined");
        app.until_settled().await;
        assert_eq!(holds(&app).await, []);
        app.stop_everything().await;
    }

    async fn an_apps_message_that_cannot_be_read_is_given_up_and_not_forgotten(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.app_events_show_nothing = true);
        let fault = Fault::error("missing_scope");
        app.slack.add_fault(FaultRule::once(fault).on_method("conversations.replies").in_team(ACME.team));
        let event = serde_json::json!({"ts": "1700000000.000100", "event_ts": "1700000000.000100", "subtype": "bot_message", "bot_id": "B0OTHER", "username": "Poll"});
        app.in_step_for_a_day().await;
        app.hears(ACME, &event).await;
        app.until_idle().await;
        let dead = app.dead_jobs().await;
        assert!(dead.len() == 1 && dead[0].1.contains("an app's message cannot be read"), "{dead:?}");
        app.slack.app_posts(ACME.team, ACME.channel, AppPost::new("Poll", "cake or pie?"));
        app.until_reads(BIRCH, &["cake or pie?"]).await;
        app.stop_everything().await;
    }
}

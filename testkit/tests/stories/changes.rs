//! What is said in one workspace is edited or deleted, and so are its copies.

use slack_emulator::{EventOrder, Fault, FaultRule};
use testkit::{ACME, BIRCH, PATIENCE, Side, TestApp, on_each_database};

const POST: &str = "chat.postMessage";
const UPDATE: &str = "chat.update";

fn edits(app: &TestApp, side: Side, ts: &str, text: &str) {
    app.slack.edit(side.team, side.channel, side.person, ts, text);
}

fn deletes(app: &TestApp, side: Side, ts: &str) {
    app.slack.delete(side.team, side.channel, side.person, ts);
}

async fn until_birch_reads(app: &TestApp, texts: &[&str]) {
    let reached = app.slack.wait_until(|slack| BIRCH.texts(slack) == texts, PATIENCE).await;
    assert!(reached.is_ok(), "{:?} instead of {texts:?}", BIRCH.texts(&app.slack));
}

on_each_database! {
    async fn edits_and_deletions_follow_for_messages_and_replies(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let root = ACME.says(&app.slack, "helo");
        let reply = ACME.replies(&app.slack, &root, "wrld");
        app.until_both_have(2).await;
        edits(&app, ACME, &root, "hello");
        edits(&app, ACME, &reply, "world");
        until_birch_reads(&app, &["hello", "world"]).await;
        let copy = &app.slack.messages(BIRCH.team, BIRCH.channel)[0];
        assert_eq!(copy.metadata.as_ref().map(|metadata| metadata["event_type"].clone()), Some("syncbot_copy".into()));
        deletes(&app, ACME, &reply);
        until_birch_reads(&app, &["hello"]).await;
        deletes(&app, ACME, &root);
        until_birch_reads(&app, &[]).await;
        app.finish().await;
    }

    async fn what_is_edited_before_it_is_copied_is_copied_as_it_is_then(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(POST));
        let ts = ACME.says(&app.slack, "first");
        edits(&app, ACME, &ts, "second");
        edits(&app, ACME, &ts, "third");
        until_birch_reads(&app, &["third"]).await;
        app.until_idle().await;
        assert_eq!(app.slack.calls_of(UPDATE).len(), 0);
        app.finish().await;
    }

    async fn what_is_deleted_before_it_is_copied_does_not_appear(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(POST));
        let ts = ACME.says(&app.slack, "on second thought");
        deletes(&app, ACME, &ts);
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("both events came");
        ACME.says(&app.slack, "behind it");
        until_birch_reads(&app, &["behind it"]).await;
        app.finish().await;
    }

    async fn a_thread_goes_on_below_the_line_that_stands_for_its_deleted_root(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(POST));
        let root = ACME.says(&app.slack, "on second thought");
        ACME.replies(&app.slack, &root, "indeed");
        deletes(&app, ACME, &root);
        app.slack.wait_until(|slack| BIRCH.texts(slack).contains(&"indeed".to_owned()), PATIENCE).await.expect("copied");
        let [line, reply] = app.slack.messages(BIRCH.team, BIRCH.channel).try_into().expect("two messages");
        assert_eq!((line.text.as_str(), reply.thread_ts), ("_This message was deleted._", Some(line.ts)));
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn previews_and_reply_counts_change_nothing(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "see <https://example.org>");
        app.until_both_have(1).await;
        app.slack.unfurl(ACME.team, ACME.channel, &ts);
        app.slack.resend(ACME.team, ACME.channel, &ts);
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("all events came");
        app.until_idle().await;
        assert_eq!(app.slack.calls_of(UPDATE).len(), 0);
        app.finish().await;
    }

    async fn the_last_edit_wins_whatever_the_order_in_which_slack_tells_of_them(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| {
            switches.event_order = EventOrder::Concurrent;
            switches.duplicate_events = true;
        });
        app.slack.add_fault(FaultRule::times(2, Fault::error("service_unavailable")).on_method(UPDATE));
        let ts = ACME.says(&app.slack, "version 0");
        app.until_both_have(1).await;
        for version in 1..=12 {
            edits(&app, ACME, &ts, &format!("version {version}"));
        }
        until_birch_reads(&app, &["version 12"]).await;
        app.until_idle().await;
        assert!(app.slack.calls_of(UPDATE).len() <= 14, "{}", app.slack.calls_of(UPDATE).len());
        app.finish().await;
    }

    async fn a_long_text_that_is_edited_loses_parts_or_ends_with_a_link(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let words = |count| (0..count).map(|number| format!("word{number:04}")).collect::<Vec<_>>().join(" ");
        let ts = ACME.says(&app.slack, &words(400));
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 2, PATIENCE).await.expect("copied");
        edits(&app, ACME, &ts, &words(1_200));
        let is_cut = |texts: Vec<String>| texts.len() == 2 && texts[1].ends_with("|continued>)") && texts[1].contains("/archives/C0GENERAL/p");
        app.slack.wait_until(|slack| is_cut(BIRCH.texts(slack)), PATIENCE).await.expect("the last part says where it goes on");
        edits(&app, ACME, &ts, "short");
        until_birch_reads(&app, &["short"]).await;
        app.finish().await;
    }

    async fn a_stub_becomes_the_message_when_its_root_comes_after_all(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.lose_events = true);
        let old = slack_emulator::UserPost::new(ACME.person, "said long ago, and heard of late").at("1600000000.000100");
        let root = app.slack.post(ACME.team, ACME.channel, old).expect("said").to_string();
        app.slack.switch(|switches| switches.lose_events = false);
        ACME.replies(&app.slack, &root, "yes");
        app.until_both_have(2).await;
        let event = serde_json::json!({"type": "event_callback", "team_id": ACME.team, "api_app_id": "A0OTHER", "event_id": "Ev0LATE",
            "event": {"type": "message", "channel": ACME.channel, "ts": root, "event_ts": root, "user": ACME.person, "text": "said long ago, and heard of late"}});
        let answer = app.signed(&event.to_string(), app.slack.signing_secret()).send().await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        until_birch_reads(&app, &["said long ago, and heard of late", "yes"]).await;
        app.finish().await;
    }

    async fn a_deletion_whose_message_is_gone_already_is_done(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "twice deleted");
        app.until_both_have(1).await;
        app.slack.add_fault(FaultRule::once(Fault::status_after_effect(503)).on_method("chat.delete"));
        deletes(&app, ACME, &ts);
        until_birch_reads(&app, &[]).await;
        app.until_idle().await;
        app.finish().await;
    }

    async fn a_copy_that_somebody_removes_stays_removed_and_nothing_else_is(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "not here");
        app.until_both_have(1).await;
        app.until_idle().await;
        let copy = app.slack.messages(BIRCH.team, BIRCH.channel)[0].ts.to_string();
        let event = serde_json::json!({"type": "event_callback", "team_id": BIRCH.team, "api_app_id": "A0OTHER", "event_id": "Ev0REMOVED",
            "event": {"type": "message", "subtype": "message_deleted", "channel": BIRCH.channel, "ts": "1999999999.000100", "event_ts": "1999999999.000100", "deleted_ts": copy}});
        let answer = app.signed(&event.to_string(), app.slack.signing_secret()).send().await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        app.until_idle().await;
        edits(&app, ACME, &ts, "not there either");
        ACME.says(&app.slack, "behind it");
        app.until_both_have(2).await;
        app.until_idle().await;
        assert_eq!(ACME.texts(&app.slack), ["not there either", "behind it"]);
        assert_eq!((app.slack.calls_of(UPDATE).len(), app.slack.calls_of("chat.delete").len()), (0, 0));
        app.stop_everything().await;
    }
}

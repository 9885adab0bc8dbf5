//! Threads whose first message comes late, never, or was there before the sync.

use std::time::Duration;

use shared::clock::Clock;
use shared::ids::JobId;
use shared::sql;
use slack_emulator::{ChannelSetup, EventOrder, Fault, FaultRule, ShownMessage, UserPost};
use testkit::{ACME, BIRCH, Side, TestApp, on_each_database};

const POST: &str = "chat.postMessage";

/// A ts that is so long ago.
fn ago(time: Duration) -> String {
    let micros = Clock::system().now().timestamp_micros()
        - i64::try_from(time.as_micros()).expect("not that long");
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

const BEFORE_THE_SYNC: Duration = Duration::from_hours(24 * 365);

fn last(app: &TestApp, side: Side) -> ShownMessage {
    app.slack.messages(side.team, side.channel).pop().expect("a message")
}

on_each_database! {
    async fn a_reply_that_overtakes_its_root_waits_for_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.event_order = EventOrder::SwappedPairs);
        for number in 0..3 {
            let root = ACME.says(&app.slack, &format!("root {number}"));
            ACME.replies(&app.slack, &root, &format!("reply {number}"));
        }
        app.until_both_have(6).await;
        let messages = app.slack.messages(BIRCH.team, BIRCH.channel);
        for number in 0..3 {
            let find = |text: &str| messages.iter().find(|message| message.text == format!("{text} {number}")).expect("copied");
            assert_eq!(find("reply").thread_ts.as_ref(), Some(&find("root").ts));
        }
        app.finish_in_any_order().await;
    }

    async fn replies_to_a_message_from_before_the_sync_stand_below_one_line_about_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.lose_events = true);
        app.slack.workspace(ACME.team).add_channel(ChannelSetup::new("C0PLAN", "takeover").private());
        let text = "Shall we meet <@U0ADA> on <https://example.org|the hill>? <#C0PLAN|takeover> ".repeat(5);
        let old = UserPost::new(ACME.person, &text).at(&ago(BEFORE_THE_SYNC));
        let root = app.slack.post(ACME.team, ACME.channel, old).expect("said").to_string();
        app.slack.switch(|switches| switches.lose_events = false);
        ACME.replies(&app.slack, &root, "yes");
        ACME.replies(&app.slack, &root, "at noon");
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 3, testkit::PATIENCE).await.expect("copied");
        let [stub, yes, noon] = app.slack.messages(BIRCH.team, BIRCH.channel).try_into().expect("three messages");
        assert_eq!(stub.author, "Ada Lovelace (Acme)");
        assert!(stub.text.starts_with("_Earlier:_ Shall we meet Ada Lovelace (Acme) on the hill? a channel (Acme) Shall"), "{}", stub.text);
        assert!(!stub.text.contains("takeover"), "a private channel's name is nobody else's business: {}", stub.text);
        assert!(stub.text.contains("…") && stub.text.contains("/archives/C0GENERAL/p"), "{}", stub.text);
        assert_eq!((yes.text.as_str(), noon.text.as_str()), ("yes", "at noon"));
        assert_eq!([yes.thread_ts, noon.thread_ts], [Some(stub.ts.clone()), Some(stub.ts.clone())]);
        // What is answered there finds its way back into the old thread.
        BIRCH.replies(&app.slack, &stub.ts.to_string(), "good");
        app.slack.wait_until(|slack| slack.message_count(ACME.team, ACME.channel) == 4, testkit::PATIENCE).await.expect("copied");
        assert_eq!(last(&app, ACME).thread_ts.expect("a reply").to_string(), root);
        app.stop_everything().await;
    }

    async fn a_root_that_comes_after_its_stub_was_ordered_is_copied_whole(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(2)).on_method(POST));
        app.slack.switch(|switches| switches.lose_events = true);
        let old = UserPost::new(ACME.person, "said long ago, and heard of late").at(&ago(BEFORE_THE_SYNC));
        let root = app.slack.post(ACME.team, ACME.channel, old).expect("said").to_string();
        app.slack.switch(|switches| switches.lose_events = false);
        ACME.replies(&app.slack, &root, "yes");
        app.slack.wait_until(|slack| !slack.calls_of(POST).is_empty(), testkit::PATIENCE).await.expect("tried");
        let event = serde_json::json!({"type": "event_callback", "team_id": ACME.team, "api_app_id": "A0OTHER", "event_id": "Ev0LATE",
            "event": {"type": "message", "channel": ACME.channel, "ts": root, "event_ts": root, "user": ACME.person, "text": "said long ago, and heard of late"}});
        let answer = app.signed(&event.to_string(), app.slack.signing_secret()).send().await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        app.until_both_have(2).await;
        app.finish().await;
    }

    async fn replies_wait_beside_the_lane_for_a_root_that_was_set_aside(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::times(2, Fault::error("service_unavailable")).on_method(POST));
        let root = ACME.says(&app.slack, "root");
        app.slack.wait_until(|slack| slack.calls_of(POST).len() == 1, testkit::PATIENCE).await.expect("tried");
        // As if it had been failing for two minutes.
        let failing = async || {
            let aged = sql!("UPDATE jobs SET failing_since = failing_since - 120000 WHERE failing_since IS NOT NULL AND state = 'pending'");
            // It may meet the worker's own writes.
            app.db.write(aged).execute().await.unwrap_or(0)
        };
        while failing().await == 0 {}
        ACME.replies(&app.slack, &root, "reply");
        ACME.says(&app.slack, "behind it");
        app.until_both_have(3).await;
        let texts = BIRCH.texts(&app.slack);
        assert_eq!(texts, ["behind it", "root", "reply"], "the lane goes on, the reply waits for its root");
        app.finish_in_any_order().await;
    }

    async fn a_reply_whose_root_cannot_be_delivered_ends_with_it_and_comes_back_with_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::error("msg_too_long")).on_method(POST));
        let root = ACME.says(&app.slack, "root");
        ACME.replies(&app.slack, &root, "reply");
        ACME.says(&app.slack, "behind them");
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 1, testkit::PATIENCE).await.expect("copied");
        app.until_idle().await;
        let dead: Vec<(String,)> =
            app.db.read(sql!("SELECT last_error FROM jobs WHERE state = 'dead' ORDER BY order_key")).fetch_all().await.expect("read");
        assert_eq!(dead.len(), 2);
        assert!(dead[0].0.contains("msg_too_long") && dead[1].0.contains("first message of its thread"), "{dead:?}");

        let (root_job,): (JobId,) =
            app.db.read(sql!("SELECT id FROM jobs WHERE state = 'dead' ORDER BY order_key LIMIT 1")).fetch_one().await.expect("read");
        app.replay(&root_job).await.expect("replayed");
        app.until_both_have(3).await;
        assert_eq!(BIRCH.texts(&app.slack), ["behind them", "root", "reply"]);
        let messages = app.slack.messages(BIRCH.team, BIRCH.channel);
        assert_eq!(messages[2].thread_ts.as_ref(), Some(&messages[1].ts));
        app.finish_in_any_order().await;
    }
}

//! What is said during a pause stays where it is; what becomes of older messages comes when it is over.

use slack_emulator::{Fault, FaultRule};
use testkit::{ACME, BIRCH, CEDAR, PATIENCE, Side, TestApp, Way, on_each_database};

const POST: &str = "chat.postMessage";

/// What a side says, of which Slack does not tell for now; returns its ts.
fn says_unheard(app: &TestApp, side: Side, text: &str) -> String {
    app.slack.switch(|switches| switches.lose_events = true);
    let ts = side.says(&app.slack, text);
    app.slack.switch(|switches| switches.lose_events = false);
    ts
}

fn reacts(app: &TestApp, side: Side, ts: &str, emoji: &str) {
    app.slack.react(side.team, side.channel, side.person, ts, emoji);
}

fn edits(app: &TestApp, side: Side, ts: &str, text: &str) {
    app.slack.edit(side.team, side.channel, side.person, ts, text);
}

/// The ts under which a side sees a message.
fn ts_of(app: &TestApp, side: Side, text: &str) -> String {
    let messages = app.slack.messages(side.team, side.channel);
    messages.iter().find(|message| message.text == text).expect("it is there").ts.to_string()
}

/// Emoji below a message, in the order of their names.
fn below(app: &TestApp, side: Side, text: &str) -> Vec<String> {
    let messages = app.slack.messages(side.team, side.channel);
    let message = messages.iter().find(|message| message.text == text).expect("it is there");
    let mut names: Vec<_> = message.reactions.iter().map(|each| each.name.clone()).collect();
    names.sort();
    names
}

async fn until_below(app: &TestApp, side: Side, text: &str, wanted: &[&str]) {
    let reached = app.slack.wait_until(|_| below(app, side, text) == wanted, PATIENCE).await;
    assert!(reached.is_ok(), "{}: {:?} instead of {wanted:?}", side.name, below(app, side, text));
}

fn changes_called(app: &TestApp) -> usize {
    let calls = |method: &str| app.slack.calls_of(method).len();
    ["chat.update", "chat.delete", "reactions.add", "reactions.remove"].into_iter().map(calls).sum()
}

on_each_database! {
    async fn what_is_said_during_a_pause_is_copied_neither_from_there_nor_to_there(database: TestDatabase) {
        let app = TestApp::start(database).await;
        ACME.says(&app.slack, "before");
        app.until_both_have(1).await;
        assert!(app.pause(BIRCH).await);
        ACME.says(&app.slack, "not for Birch");
        BIRCH.says(&app.slack, "not for Acme");
        app.until_settled().await;
        assert!(app.resume(BIRCH).await);
        ACME.says(&app.slack, "after");
        app.until_reads(BIRCH, &["before", "not for Acme", "after"]).await;
        BIRCH.says(&app.slack, "after all");
        app.until_reads(ACME, &["before", "not for Birch", "after", "after all"]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn a_reaction_to_a_copy_that_is_made_in_a_pause_is_known_even_before_its_place_is(database: TestDatabase) {
        let mut app = TestApp::start_without_worker(database).await;
        ACME.says(&app.slack, "hello");
        assert!(app.pause(ACME).await);
        app.slack.add_fault(FaultRule::once(Fault::AnswerLost).on_method(POST));
        app.start_worker();
        app.until_both_have(1).await;
        // By its time, it was said while nobody was to hear it.
        reacts(&app, BIRCH, &ts_of(&app, BIRCH, "hello"), "tada");
        app.until_settled().await;
        assert!(app.resume(ACME).await);
        until_below(&app, ACME, "hello", &["tada"]).await;
        app.until_settled().await;
        app.finish().await;
    }

    async fn a_pause_goes_by_when_something_was_said_and_not_by_when_it_is_heard(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let before = says_unheard(&app, ACME, "before");
        assert!(app.pause(ACME).await);
        let during = says_unheard(&app, ACME, "during");
        app.hears_late(ACME, &before, "before").await;
        app.until_reads(BIRCH, &["before"]).await;
        assert!(app.resume(ACME).await);
        app.hears_late(ACME, &during, "during").await;
        ACME.says(&app.slack, "after");
        app.until_reads(BIRCH, &["before", "after"]).await;
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), ["before", "after"]);
        app.stop_everything().await;
    }

    async fn what_was_on_its_way_when_the_pause_began_arrives(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(POST));
        ACME.says(&app.slack, "on its way");
        app.slack.wait_until(|slack| !slack.calls_of(POST).is_empty(), PATIENCE).await.expect("tried");
        assert!(app.pause(BIRCH).await);
        app.until_reads(BIRCH, &["on its way"]).await;
        app.finish().await;
    }

    async fn what_becomes_of_messages_during_a_pause_shows_when_it_is_over(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let edited = ACME.says(&app.slack, "helo");
        let deleted = ACME.says(&app.slack, "on second thought");
        let liked = ACME.says(&app.slack, "well?");
        app.until_both_have(3).await;
        BIRCH.says(&app.slack, "from Brich");
        app.until_both_have(4).await;
        reacts(&app, ACME, &liked, "eyes");
        until_below(&app, BIRCH, "well?", &["eyes"]).await;
        app.until_settled().await;
        let before = changes_called(&app);

        assert!(app.pause(BIRCH).await);
        edits(&app, ACME, &edited, "hello");
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &deleted);
        app.slack.unreact(ACME.team, ACME.channel, ACME.person, &liked, "eyes");
        reacts(&app, ACME, &liked, "tada");
        let (copy, own) = (ts_of(&app, BIRCH, "well?"), ts_of(&app, BIRCH, "from Brich"));
        reacts(&app, BIRCH, &copy, "wave");
        edits(&app, BIRCH, &own, "from Birch");
        app.until_settled().await;
        assert_eq!(changes_called(&app), before, "nothing shows meanwhile");

        assert!(app.resume(BIRCH).await);
        app.until_reads(BIRCH, &["hello", "well?", "from Birch"]).await;
        app.until_reads(ACME, &["hello", "well?", "from Birch"]).await;
        until_below(&app, BIRCH, "well?", &["tada", "wave"]).await;
        until_below(&app, ACME, "well?", &["tada", "wave"]).await;
        app.until_settled().await;
        app.finish_in_any_order().await;
    }

    async fn a_change_that_is_heard_after_the_pause_follows_at_once(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "helo");
        app.until_both_have(1).await;
        app.until_settled().await;
        assert!(app.pause(BIRCH).await);
        app.slack.switch(|switches| switches.lose_events = true);
        let edited_at = app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "hello").to_string();
        app.slack.switch(|switches| switches.lose_events = false);
        assert!(app.resume(BIRCH).await);
        app.until_settled().await;
        let event = serde_json::json!({"type": "event_callback", "team_id": ACME.team, "api_app_id": "A0OTHER", "event_id": "Ev0LATEEDIT",
            "event": {"type": "message", "subtype": "message_changed", "channel": ACME.channel, "ts": edited_at, "event_ts": edited_at,
                      "message": {"ts": ts, "user": ACME.person, "text": "hello"}}});
        let answer = app.signed(&event.to_string(), app.slack.signing_secret()).send().await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        app.until_reads(BIRCH, &["hello"]).await;
        app.finish().await;
    }

    async fn a_change_that_waits_for_slack_when_a_pause_begins_shows_nothing_of_what_is_said_in_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let ts = ACME.says(&app.slack, "first");
        app.until_both_have(1).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(2)).on_method("chat.update"));
        edits(&app, ACME, &ts, "second");
        app.slack.wait_until(|slack| !slack.calls_of("chat.update").is_empty(), PATIENCE).await.expect("tried");
        assert!(app.pause(ACME).await);
        edits(&app, ACME, &ts, "third");
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), ["first"]);
        assert!(app.resume(ACME).await);
        app.until_reads(BIRCH, &["third"]).await;
        app.finish().await;
    }

    async fn the_others_stay_in_step_while_one_is_paused(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(ACME, Way::Both), (BIRCH, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        let ts = ACME.says(&app.slack, "all");
        app.until_reads(BIRCH, &["all"]).await;
        app.until_reads(CEDAR, &["all"]).await;
        app.until_settled().await;
        assert!(app.pause(BIRCH).await);
        ACME.says(&app.slack, "but Birch");
        app.until_reads(CEDAR, &["all", "but Birch"]).await;
        // What Birch reacts meanwhile does not come along with what Acme reacts.
        reacts(&app, BIRCH, &ts_of(&app, BIRCH, "all"), "zzz");
        app.until_settled().await;
        reacts(&app, ACME, &ts, "tada");
        until_below(&app, CEDAR, "all", &["tada"]).await;
        app.until_settled().await;
        assert_eq!((below(&app, CEDAR, "all"), below(&app, BIRCH, "all")), (vec!["tada".to_owned()], vec!["zzz".to_owned()]));
        assert!(app.resume(BIRCH).await);
        for side in [ACME, BIRCH, CEDAR] {
            until_below(&app, side, "all", &["tada", "zzz"]).await;
        }
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack), ["all"]);
        app.stop_everything().await;
    }

    async fn a_reply_to_what_was_said_during_a_pause_stands_below_one_line_about_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        assert!(app.pause(ACME).await);
        let root = ACME.says(&app.slack, "among us");
        app.until_settled().await;
        assert!(app.resume(ACME).await);
        ACME.replies(&app.slack, &root, "and now for all");
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 2, PATIENCE).await.expect("copied");
        let [stub, reply] = app.slack.messages(BIRCH.team, BIRCH.channel).try_into().expect("two messages");
        assert_eq!(stub.text, "_A message that was not shared with this channel_", "those words were not for them");
        assert!(!format!("{:?}", app.slack.calls_of("chat.postMessage")).contains("among us"));
        assert_eq!((reply.text.as_str(), reply.thread_ts), ("and now for all", Some(stub.ts)));
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn a_root_of_a_pause_that_is_heard_late_stays_one_line_where_it_was_paused(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(ACME, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        assert!(app.pause(BIRCH).await);
        let root = ACME.says(&app.slack, "not for Birch");
        app.until_reads(CEDAR, &["not for Birch"]).await;
        assert!(app.resume(BIRCH).await);
        ACME.replies(&app.slack, &root, "for all");
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 2, PATIENCE).await.expect("copied");
        let [stub, reply] = app.slack.messages(BIRCH.team, BIRCH.channel).try_into().expect("two messages");
        assert_eq!(stub.text, "_A message that was not shared with this channel_");
        assert_eq!(reply.thread_ts, Some(stub.ts));
        app.until_reads(CEDAR, &["not for Birch", "for all"]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn pausing_and_resuming_twice_is_as_once(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let all = |_: usize| app.pause(BIRCH);
        let paused = futures::future::join_all((0..6).map(all)).await;
        assert_eq!(paused.iter().filter(|paused| **paused).count(), 1);
        let all = |_: usize| app.resume(BIRCH);
        let resumed = futures::future::join_all((0..6).map(all)).await;
        assert_eq!(resumed.iter().filter(|resumed| **resumed).count(), 1);
        ACME.says(&app.slack, "as before");
        app.until_both_have(1).await;
        app.finish().await;
    }
}

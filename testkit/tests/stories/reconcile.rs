//! A call whose answer never comes: the copy is looked for before it is posted again.

use std::time::Duration;

use slack_emulator::{Fault, FaultRule, Outcome};
use testkit::{ACME, BIRCH, TestApp, on_each_database};

const POST: &str = "chat.postMessage";
const HISTORY: &str = "conversations.history";

/// What may happen to a call that Slack acted upon all the same.
fn answers_that_do_not_tell() -> [Fault; 4] {
    [
        Fault::AnswerLost,
        Fault::status_after_effect(503),
        Fault::error_after_effect("internal_error"),
        Fault::late_answer(Duration::from_secs(30)),
    ]
}

on_each_database! {
    async fn a_message_whose_answer_never_came_is_found_and_not_posted_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for (number, fault) in answers_that_do_not_tell().into_iter().enumerate() {
            app.slack.add_fault(FaultRule::once(fault).on_method(POST));
            ACME.says(&app.slack, &format!("message {number}"));
            app.until_both_have(number + 1).await;
            app.until_idle().await;
        }
        assert_eq!(app.slack.calls_of(POST).len(), 4, "nothing is posted twice");
        app.finish().await;
    }

    async fn a_reply_whose_answer_never_came_is_found_in_its_thread(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let root = ACME.says(&app.slack, "root");
        app.until_both_have(1).await;
        app.slack.add_fault(FaultRule::once(Fault::AnswerLost).on_method(POST));
        ACME.replies(&app.slack, &root, "reply");
        ACME.replies(&app.slack, &root, "next reply");
        app.until_both_have(3).await;
        app.until_idle().await;
        assert_eq!(app.slack.calls_of(POST).len(), 3);
        app.finish().await;
    }

    async fn a_message_that_slack_never_took_is_posted_again_after_two_looks(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for fault in [Fault::Cut, Fault::status(503)] {
            app.slack.add_fault(FaultRule::once(fault).on_method(POST));
        }
        ACME.says(&app.slack, "stubborn");
        ACME.says(&app.slack, "behind it");
        app.until_both_have(2).await;
        app.until_idle().await;
        assert_eq!(app.slack.calls_of(HISTORY).len(), 4, "two looks after each failure");
        app.finish().await;
    }

    async fn a_message_that_shows_only_after_the_first_look_is_seen_by_the_second(database: TestDatabase) {
        let app = TestApp::start(database).await;
        // A call is given up after two seconds, the first look comes one second later, the second at five.
        app.slack.add_fault(FaultRule::once(Fault::latency(Duration::from_secs(4))).on_method(POST));
        ACME.says(&app.slack, "late");
        app.until_both_have(1).await;
        app.until_idle().await;
        assert_eq!((app.slack.calls_of(POST).len(), app.slack.calls_of(HISTORY).len()), (1, 2));
        app.finish().await;
    }

    async fn a_message_is_found_behind_many_others_where_slack_gives_one_short_page_at_a_time(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.history_page = Some(3));
        app.slack.add_fault(FaultRule::once(Fault::late_answer(Duration::from_secs(30))).on_method(POST));
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(HISTORY).after(1));
        ACME.says(&app.slack, "far back");
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 1, testkit::PATIENCE).await.expect("posted");
        for number in 0..8 {
            BIRCH.says(&app.slack, &format!("chatter {number}"));
        }
        app.until_both_have(9).await;
        app.until_idle().await;
        let (refused, pages): (Vec<_>, Vec<_>) =
            app.slack.calls_of(HISTORY).into_iter().partition(|call| call.outcome == Outcome::Status { status: 429 });
        assert_eq!((refused.len(), pages.len()), (1, 3), "it goes on where it was");
        app.finish().await;
    }
}

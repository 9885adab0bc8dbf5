//! Other apps that mirror channels, in whatever way, make no loop with us.

use std::time::Duration;

use slack_emulator::{AppPost, Fault, FaultRule};
use testkit::{ACME, BIRCH, Side, TestApp, on_each_database};

const CAKE: &str = "who brings the cake, <@U0ADA>?";

/// The bridge of a workspace says something in its channel; returns its ts.
fn bridges(app: &TestApp, side: Side, text: &str) -> String {
    app.slack.app_posts(side.team, side.channel, AppPost::new("Bridge", text)).to_string()
}

fn last_text(app: &TestApp, side: Side) -> String {
    side.texts(&app.slack).pop().expect("something was said")
}

on_each_database! {
    async fn what_a_bridge_repeats_is_not_copied_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        ACME.says(&app.slack, CAKE);
        app.until_both_have(1).await;
        // It mirrors Birch to Acme and Acme to Birch, once with names and once without.
        let copy = last_text(&app, BIRCH);
        let repeated = bridges(&app, ACME, &copy);
        bridges(&app, BIRCH, &format!("*Ada Lovelace*: {CAKE}"));
        app.until_settled().await;
        assert_eq!((ACME.texts(&app.slack).len(), BIRCH.texts(&app.slack).len()), (2, 2), "each has what the bridge said there");
        // Whoever answers it is heard all the same.
        app.slack.reply(ACME.team, ACME.channel, ACME.person, &repeated, "not me");
        app.until_settled().await;
        assert_eq!(last_text(&app, BIRCH), "not me");
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn what_a_bridge_repeats_before_slack_has_answered_us_is_not_copied_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let late = Fault::late_answer(Duration::from_secs(1));
        app.slack.add_fault(FaultRule::once(late).on_method("chat.postMessage").in_team(BIRCH.team));
        ACME.says(&app.slack, CAKE);
        app.until_both_have(1).await;
        bridges(&app, BIRCH, &format!("*Ada Lovelace*: {CAKE}"));
        app.until_settled().await;
        assert_eq!((ACME.texts(&app.slack).len(), BIRCH.texts(&app.slack).len()), (1, 2));
        app.stop_everything().await;
    }

    async fn what_an_app_has_to_say_is_copied_however_often_but_not_for_ever(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for _ in 0..4 {
            bridges(&app, ACME, "the build of main failed");
            app.until_settled().await;
        }
        assert_eq!(BIRCH.texts(&app.slack).len(), 4, "an alarm may be heard again");
        // The bridge mirrors Birch to Acme, and what it says itself comes back to it as our copy.
        for _ in 0..6 {
            bridges(&app, ACME, &last_text(&app, BIRCH));
            app.until_settled().await;
        }
        assert_eq!(BIRCH.texts(&app.slack).len(), 5, "a loop ends");
        app.stop_everything().await;
    }

    async fn people_may_repeat_whatever_they_like(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for _ in 0..7 {
            ACME.says(&app.slack, "again and again");
        }
        app.until_both_have(7).await;
        app.finish().await;
    }
}

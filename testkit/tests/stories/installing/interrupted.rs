//! Workers that die, and answers that are lost, while Slack is asked: a code is never used twice, and nothing is
//! stored by halves.

use std::time::Duration;

use slack_emulator::{Fault, FaultRule, SlackEmulator};
use testkit::{CEDAR, PATIENCE, TestApp, Visitor, on_each_database};

use super::{enters, exchanges, stored};

const METHOD: &str = "oauth.v2.access";

/// The page says that nobody knows; nothing is stored; and beginning again helps.
async fn begins_again(app: TestApp, mut visitor: Visitor, page: &str) {
    let seen = visitor.until(page, "failed").await;
    assert!(
        seen.text.contains("Nobody knows whether") && seen.text.contains("Install again"),
        "{}",
        seen.text
    );
    assert_eq!(
        (exchanges(&app), stored(&app, CEDAR).await),
        (1, None),
        "no second time, and no half workspace"
    );
    assert!(app.slack.is_installed(CEDAR.team), "Slack had said yes");
    let page = visitor.installs(&app.slack, CEDAR).await;
    visitor.until(&page, "installed").await;
    assert_eq!(exchanges(&app), 2);
    app.until_idle().await;
    assert_eq!(app.dead_jobs().await, []);
    app.stop_everything().await;
}

on_each_database! {
    async fn a_worker_that_dies_before_it_has_stored_the_answer(database: TestDatabase) {
        let mut app = TestApp::start_without_worker(database).await;
        enters(&app, CEDAR);
        let late = Fault::late_answer(Duration::from_mins(10));
        let late = app.slack.add_fault(FaultRule::once(late).on_method(METHOD));
        let dying = app.start_crashable_worker();
        dying.begun().await;
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        let answered = |slack: &SlackEmulator| slack.is_installed(CEDAR.team);
        app.slack.wait_until(answered, PATIENCE).await.expect("Slack says yes");
        drop(dying);
        app.slack.remove_fault(late);
        assert_eq!(visitor.open(&format!("{page}/status")).await.text, "waiting");
        app.start_worker();
        begins_again(app, visitor, &page).await;
    }

    async fn an_answer_that_is_lost_is_not_asked_for_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        app.slack.add_fault(FaultRule::once(Fault::AnswerLost).on_method(METHOD));
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        begins_again(app, visitor, &page).await;
    }

    async fn what_surely_used_no_code_up_is_tried_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(METHOD));
        app.slack.add_fault(FaultRule::once(Fault::status(503)).on_method("auth.test"));
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        visitor.until(&page, "installed").await;
        assert_eq!(exchanges(&app), 2);
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn a_workspace_that_removes_the_app_at_once_is_not_installed(database: TestDatabase) {
        let mut app = TestApp::start_without_worker(database).await;
        enters(&app, CEDAR);
        app.slack.add_fault(FaultRule::times(2, Fault::error("account_inactive")).on_method("auth.test"));
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        app.start_worker();
        let seen = visitor.until(&page, "failed").await;
        assert!(seen.text.contains("SyncBot was removed again"), "{}", seen.text);
        assert_eq!(stored(&app, CEDAR).await, None);
        app.until_idle().await;
        app.stop_everything().await;
    }
}

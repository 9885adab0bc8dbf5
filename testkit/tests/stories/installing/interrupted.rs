//! Workers that die, and answers that are lost, while Slack is asked: a code is never used twice, and nothing is
//! stored by halves.

use std::time::Duration;

use chrono::TimeDelta;
use shared::clock::Clock;
use shared::sql;
use slack_emulator::{Fault, FaultRule, Outcome, SlackEmulator};
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

/// So many minutes pass since the last step of an attempt.
async fn ages(app: &TestApp, minutes: i64) {
    let then = Clock::system().now() - TimeDelta::minutes(minutes);
    let aged = app.db.write(sql!("UPDATE install_attempts SET updated_at = $1")).bind(then);
    aged.execute().await.expect("stored");
}

/// The job of this kind waits no longer, and has been tried so often. `false`: there is none, or a worker is at it.
async fn is_due(app: &TestApp, kind: &str, attempts: i64) -> bool {
    let jobs = app.db.write(sql!(
        "UPDATE jobs SET not_before = 0, attempts = $2 WHERE kind = $1 AND state = 'pending' AND EXISTS
         (SELECT 1 FROM lanes WHERE lanes.lane = jobs.lane AND lanes.owner IS NULL)"
    ));
    let due = jobs.bind(kind).bind(attempts).execute().await.expect("stored");
    let lanes = app.db.write(sql!("UPDATE lanes SET due_at = 0 WHERE owner IS NULL"));
    lanes.execute().await.expect("stored");
    app.queue().wakes().signal();
    due > 0
}

async fn is_tried_for_the_last_time(app: &TestApp, kind: &str) -> bool {
    is_due(app, kind, 1_000).await
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

    async fn a_code_that_is_too_old_when_the_worker_is_back_is_not_tried(database: TestDatabase) {
        let mut app = TestApp::start_without_worker(database).await;
        enters(&app, CEDAR);
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        ages(&app, 9).await;
        let seen = visitor.open(&page).await.text;
        assert!(seen.contains("longer than usual") && seen.contains("good for ten minutes"), "{seen}");
        ages(&app, 11).await;
        let seen = visitor.open(&page).await.text;
        assert!(seen.contains("This took too long") && !seen.contains("<script>"), "{seen}");
        app.start_worker();
        app.until_idle().await;
        assert_eq!(visitor.open(&page).await.text, seen);
        assert_eq!((exchanges(&app), app.dead_jobs().await), (0, vec![]));
        app.stop_everything().await;
    }

    async fn slack_is_asked_again_and_again_but_no_longer_than_the_code_is_good(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        app.slack.add_fault(FaultRule::always(Fault::rate_limited(20)).on_method(METHOD));
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        let seen = visitor.until(&page, "unreachable").await;
        assert!(seen.text.contains("tries again by itself for ten minutes"), "{}", seen.text);
        ages(&app, 11).await;
        let seen = visitor.open(&page).await.text;
        assert!(seen.contains("Slack could not be reached"), "{seen}");
        // The page says so a moment before the worker lets go of the job.
        while !is_due(&app, "exchange_code", 0).await {}
        app.until_idle().await;
        assert_eq!(visitor.open(&page).await.text, seen);
        assert_eq!((exchanges(&app), app.dead_jobs().await), (1, vec![]));
        app.stop_everything().await;
    }

    async fn what_is_stored_already_does_not_get_too_old(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(2)).on_method("auth.test"));
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        let limited = |slack: &SlackEmulator| slack.calls_of("auth.test").last().is_some_and(|call| call.outcome != Outcome::Ok);
        app.slack.wait_until(limited, PATIENCE).await.expect("asked");
        ages(&app, 11).await;
        let seen = visitor.open(&page).await.text;
        assert!(seen.contains("longer than usual") && !seen.contains("ten minutes"), "{seen}");
        visitor.until(&page, "installed").await;
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn slack_finds_a_token_unfit_that_it_gave(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        app.slack.add_fault(FaultRule::once(Fault::error("of_a_new_kind")).on_method("auth.test"));
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        let seen = visitor.until(&page, "failed").await;
        assert!(seen.text.contains("Slack refused the installation"), "{}", seen.text);
        app.until_idle().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn the_page_of_an_installation_whose_job_is_dead_says_so(database: TestDatabase) {
        let mut app = TestApp::start_without_worker(database).await;
        enters(&app, CEDAR);
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        app.db.write(sql!("UPDATE install_attempts SET status = 'elsewhere'")).execute().await.expect("stored");
        is_tried_for_the_last_time(&app, "exchange_code").await;
        app.start_worker();
        let broken = visitor.until(&page, "failed").await.text;
        assert!(broken.contains("could not finish the installation") && broken.contains("Install again"), "{broken}");

        app.slack.add_fault(FaultRule::times(2, Fault::status(503)).on_method("auth.test"));
        let page = visitor.installs(&app.slack, CEDAR).await;
        while !is_tried_for_the_last_time(&app, "install_workspace").await {}
        assert_eq!(visitor.until(&page, "failed").await.text, broken);
        let left: (i64,) = app.db.read(sql!("SELECT COUNT(*) FROM install_attempts WHERE answer IS NOT NULL")).fetch_one().await.expect("read");
        assert_eq!((left.0, app.dead_jobs().await.len()), (0, 2));
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

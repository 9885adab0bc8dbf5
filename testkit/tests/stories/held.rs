//! What Slack limits or refuses stops exactly what goes the same way, and nothing else.

use shared::queue::Scope;
use shared::sql;
use slack_emulator::{Fault, FaultRule};
use testkit::{ACME, BIRCH, PATIENCE, TestApp, on_each_database};

const POST: &str = "chat.postMessage";

async fn until_held(app: &TestApp, scope: &str) {
    let held = async {
        while !app.queue().holds().await.expect("read").iter().any(|hold| hold.scope == scope) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, held).await.expect("it is held");
}

on_each_database! {
    async fn a_channel_that_slack_limits_is_left_alone_until_it_may_be_asked_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(2)).on_method(POST).in_channel(BIRCH.channel));
        for number in 0..5 {
            ACME.says(&app.slack, &format!("message {number}"));
        }
        until_held(&app, "channel:T0BIRCH:C0TOWN").await;
        // The other direction does not wait for it.
        BIRCH.says(&app.slack, "meanwhile");
        app.slack.wait_until(|slack| slack.message_count(ACME.team, ACME.channel) == 6, PATIENCE).await.expect("copied");
        assert_eq!(BIRCH.texts(&app.slack), ["meanwhile"]);
        app.until_both_have(6).await;
        assert_eq!(app.slack.calls_of(POST).len(), 7, "one refusal, and nothing else was tried meanwhile");
        app.finish().await;
    }

    async fn a_limit_without_a_time_does_not_mean_at_once(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(0)).on_method(POST));
        ACME.says(&app.slack, "patience");
        until_held(&app, "channel:T0BIRCH:C0TOWN").await;
        app.until_both_have(1).await;
        app.finish().await;
    }

    async fn a_workspace_that_refuses_the_bot_is_held_until_an_operator_or_time_releases_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::error("token_revoked")).on_method(POST));
        ACME.says(&app.slack, "first");
        ACME.says(&app.slack, "second");
        until_held(&app, "team:T0BIRCH").await;
        app.until_lanes_rest().await;
        assert_eq!(app.slack.calls_of(POST).len(), 1);
        let attempts: Vec<(i64,)> = app.db.read(sql!("SELECT attempts FROM jobs WHERE state = 'pending'")).fetch_all().await.expect("read");
        assert_eq!(attempts, [(0,), (0,)], "waiting is no failure");
        let mut tx = app.db.begin().await.expect("begun");
        let scope: Scope = "team:T0BIRCH".parse().expect("a scope");
        assert!(app.queue().release_hold(&mut tx, &scope).await.expect("released"));
        tx.commit().await.expect("committed");
        app.queue().wakes().signal();
        app.until_both_have(2).await;
        app.finish().await;
    }

    async fn the_bot_joins_a_public_channel_that_it_is_not_in(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::error("not_in_channel")).on_method(POST));
        ACME.says(&app.slack, "let me in");
        app.until_both_have(1).await;
        assert_eq!(app.slack.calls_of("conversations.join").len(), 1);
        app.finish().await;
    }

    async fn an_error_that_nobody_knows_is_final_in_the_end(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::error("a_new_one")).on_method(POST));
        ACME.says(&app.slack, "who knows");
        app.until_both_have(1).await;
        app.until_idle().await;
        app.slack.add_fault(FaultRule::always(Fault::error("a_new_one")).on_method(POST));
        let aged = sql!("UPDATE jobs SET attempts = 7 WHERE attempts = 1 AND state = 'pending'");
        ACME.says(&app.slack, "never");
        // It may meet the worker's own writes.
        while !app.db.write(aged).execute().await.is_ok_and(|changed| changed > 0) {}
        app.until_idle().await;
        let dead: Vec<(String,)> = app.db.read(sql!("SELECT last_error FROM jobs WHERE state = 'dead'")).fetch_all().await.expect("read");
        assert!(matches!(dead.as_slice(), [(error,)] if error.contains("a_new_one")), "{dead:?}");
        app.stop_everything().await;
    }
}

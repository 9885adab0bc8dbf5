//! The network loses the connections to the database without a word, as NAT gateways and failovers do: new
//! ones work, the old ones never answer again.

use std::time::Duration;

use slack_emulator::SlackEmulator;
use testkit::{ACME, BIRCH, Engine, FragileRoad, PATIENCE, TestApp, TestDatabase};

async fn prepare(engine: Engine) -> (TestDatabase, FragileRoad) {
    let mut database = TestDatabase::create(engine);
    let road = FragileRoad::to(database.server().expect("a server")).await;
    database.go_through_port(road.port());
    (database, road)
}

async fn ingress_goes_on_with_new_connections(engine: Engine) {
    let (database, road) = prepare(engine).await;
    let app = TestApp::start_without_worker(database).await;
    // Many at once, so that many connections stand in the pool.
    for number in 0..20 {
        ACME.says(&app.slack, &format!("before {number}"));
    }
    let acknowledged = |slack: &SlackEmulator| slack.undelivered() == 0;
    app.slack.wait_until(acknowledged, PATIENCE).await.expect("acknowledged");
    road.silence();
    let secret = app.slack.signing_secret().to_owned();
    let event = r#"{"type":"event_callback","team_id":"T0ACME","api_app_id":"A0OTHER","event_id":"Ev1","event":{"type":"message","channel":"C0X","user":"U0ADA","text":"x","ts":"1700000000.000100","event_ts":"1700000000.000100"}}"#;
    let mut refusals = 0;
    let accepted = async {
        while app.signed(event, &secret).send().await.0 != 200 {
            refusals += 1;
        }
    };
    tokio::time::timeout(PATIENCE, accepted).await.expect("events are stored again");
    // Slack tries again once at once; the next try comes a minute later.
    assert!(refusals <= 1, "{refusals} events were refused: each found a silent connection");
    app.work_and_finish().await;
}

async fn a_worker_goes_on_with_new_connections(engine: Engine) {
    let (database, road) = prepare(engine).await;
    let app = TestApp::start(database).await;
    ACME.says(&app.slack, "before");
    app.until_both_have(1).await;
    road.silence();
    ACME.says(&app.slack, "after");
    // Slack sends it again at once if ingress met a silent connection, and a minute later.
    let arrived = |slack: &SlackEmulator| BIRCH.texts(slack).len() == 2;
    let decided = |slack: &SlackEmulator| arrived(slack) || slack.waiting_retries().len() == 1;
    app.slack.wait_until(decided, PATIENCE * 2).await.expect("it is stored, or refused");
    app.slack.advance(Duration::from_mins(1));
    app.slack.wait_until(arrived, PATIENCE * 2).await.expect("it arrives");
    app.finish().await;
}

async fn both_halves_end_when_they_are_told_to(engine: Engine) {
    let (database, road) = prepare(engine).await;
    let mut app = TestApp::start(database).await;
    ACME.says(&app.slack, "before");
    app.until_both_have(1).await;
    road.silence();
    for number in 0..5 {
        ACME.says(&app.slack, &format!("after {number}"));
    }
    let stopped = async {
        app.stop_last().await;
        app.stop_last().await;
        app.db.close().await;
    };
    tokio::time::timeout(PATIENCE * 2, stopped).await.expect("they end");
}

macro_rules! on_each_server {
    ($($name:ident),*) => { $(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(super::Engine::Postgres).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mysql() {
                super::$name(super::Engine::MySql).await;
            }
        }
    )* };
}

on_each_server!(
    ingress_goes_on_with_new_connections,
    a_worker_goes_on_with_new_connections,
    both_halves_end_when_they_are_told_to
);

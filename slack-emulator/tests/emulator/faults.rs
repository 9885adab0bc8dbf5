//! Faults on request, as the app meets them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use slack_emulator::{Fault, FaultRule, Outcome, SlackEmulator};

use crate::support::{Caller, GENERAL, PATIENCE, TEAM, acme, retry_after};

const DELAY: Duration = Duration::from_millis(60);

async fn post(slack: &SlackEmulator) -> reqwest::Result<reqwest::Response> {
    let arguments = json!({ "channel": GENERAL, "text": "hi" });
    Caller::new(slack, TEAM).json("chat.postMessage", &arguments).send().await
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let slack = acme().await;
    slack.add_fault(FaultRule::once(Fault::rate_limited(7)).on_method("chat.postMessage"));
    let response = post(&slack).await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(retry_after(response.headers()), "7");
    let body: Value = response.json().await.unwrap();
    assert_eq!(body, json!({ "ok": false, "error": "ratelimited" }));
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    assert_eq!(slack.calls()[0].outcome, Outcome::Status { status: 429 });
    assert_eq!(post(&slack).await.unwrap().status(), 200);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_breakdown_answers_no_json() {
    let slack = acme().await;
    slack.add_fault(FaultRule::once(Fault::status(503)));
    let response = post(&slack).await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.text().await.unwrap().starts_with("<h1>"));
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    slack.add_fault(FaultRule::once(Fault::status_after_effect(500)));
    assert_eq!(post(&slack).await.unwrap().status(), 500);
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
}

#[tokio::test]
async fn any_error_of_slack_can_be_had_before_or_after_the_effect() {
    let slack = acme().await;
    slack.add_fault(FaultRule::once(Fault::error("account_inactive")));
    let body: Value = post(&slack).await.unwrap().json().await.unwrap();
    assert_eq!(body, json!({ "ok": false, "error": "account_inactive" }));
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    slack.add_fault(FaultRule::once(Fault::error_after_effect("internal_error")));
    let body: Value = post(&slack).await.unwrap().json().await.unwrap();
    assert_eq!(body["error"], "internal_error");
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
}

#[tokio::test]
async fn an_answer_can_be_lost() {
    let slack = acme().await;
    slack.add_fault(FaultRule::once(Fault::AnswerLost));
    let error = post(&slack).await.unwrap_err();
    assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
    let call = &slack.calls()[0];
    assert_eq!(call.outcome, Outcome::AnswerLost);
    assert_eq!(call.answered_at_micros, None);
}

#[tokio::test]
async fn a_connection_can_be_cut_before_anything_happens() {
    let slack = acme().await;
    slack.add_fault(FaultRule::once(Fault::Cut));
    assert!(post(&slack).await.is_err());
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    assert_eq!(slack.calls()[0].outcome, Outcome::Cut);
    assert_eq!(post(&slack).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_call_can_take_effect_late() {
    let slack = acme().await;
    slack.add_fault(FaultRule::once(Fault::latency(DELAY)));
    let began = Instant::now();
    assert_eq!(post(&slack).await.unwrap().status(), 200);
    assert!(began.elapsed() >= DELAY);
}

#[tokio::test]
async fn a_call_takes_effect_even_if_the_caller_has_left() {
    let slack = acme().await;
    slack.add_fault(FaultRule::once(Fault::latency(DELAY)));
    let waiting = post(&slack);
    let arrival = slack.wait_until(|slack| slack.faults().is_empty(), PATIENCE);
    tokio::select! {
        _ = waiting => panic!("the answer waits for the latency"),
        arrival = arrival => arrival.unwrap(),
    }
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    slack.wait_until(|slack| slack.message_count(TEAM, GENERAL) == 1, PATIENCE).await.unwrap();
}

#[tokio::test]
async fn an_answer_can_come_late_after_the_effect() {
    let slack = acme().await;
    slack.add_fault(FaultRule::once(Fault::late_answer(Duration::from_mins(10))));
    let waiting = post(&slack);
    let effect = slack.wait_until(|slack| slack.message_count(TEAM, GENERAL) == 1, PATIENCE);
    tokio::select! {
        _ = waiting => panic!("the answer is ten minutes away"),
        effect = effect => effect.unwrap(),
    }
}

#[tokio::test]
async fn rules_can_be_taken_back() {
    let slack = acme().await;
    let id = slack.add_fault(FaultRule::always(Fault::status(500)));
    assert_eq!(slack.faults().len(), 1);
    assert!(slack.remove_fault(id));
    assert!(!slack.remove_fault(id));
    slack.add_fault(FaultRule::always(Fault::Cut).in_channel("C0OTHER"));
    slack.add_fault(FaultRule::always(Fault::Cut).in_team("T0OTHER"));
    assert_eq!(post(&slack).await.unwrap().status(), 200);
    slack.add_fault(FaultRule::always(Fault::Cut));
    slack.clear_faults();
    assert_eq!(post(&slack).await.unwrap().status(), 200);
}

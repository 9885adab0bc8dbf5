//! Tokens that end and are renewed.

use std::time::Duration;

use serde_json::{Value, json};
use slack_emulator::{Settings, SlackEmulator};

use crate::support::installer::{access, install};
use crate::support::{ADA, Caller, GENERAL, TEAM, acme_with, client};

async fn acme() -> SlackEmulator {
    let slack = acme_with(Settings { token_rotation_enabled: true, ..Settings::default() }).await;
    slack.uninstall(TEAM);
    slack
}

async fn refresh(slack: &SlackEmulator, token: &Value) -> Value {
    let token = token.as_str().unwrap();
    access(slack, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

/// What a call with this token is answered with.
async fn outcome(slack: &SlackEmulator, token: &Value) -> String {
    let token = token.as_str().unwrap().to_owned();
    let caller = Caller { client: client(), api_url: slack.api_url(), token };
    let answer = caller.call("auth.test", json!({})).await;
    answer["error"].as_str().unwrap_or("ok").to_owned()
}

#[tokio::test]
async fn tokens_end_after_twelve_hours_and_are_renewed_before_or_after() {
    let slack = acme().await;
    let installed = install(&slack, TEAM, ADA, "chat:write,users:read", "chat:write").await;
    assert_eq!(installed["expires_in"], 43_200);
    assert_eq!(installed["authed_user"]["expires_in"], 43_200);
    let (token, person) = (&installed["access_token"], &installed["authed_user"]["access_token"]);
    assert!(token.as_str().unwrap().starts_with("xoxe.xoxb-1-"));
    assert!(person.as_str().unwrap().starts_with("xoxe.xoxp-1-"));
    assert!(installed["refresh_token"].as_str().unwrap().starts_with("xoxe-1-"));
    slack.advance(Duration::from_hours(11));
    assert_eq!(outcome(&slack, token).await, "ok");

    let renewed = refresh(&slack, &installed["refresh_token"]).await;
    let fields = (&renewed["token_type"], &renewed["scope"], &renewed["bot_user_id"]);
    assert_eq!(fields, (&json!("bot"), &json!("chat:write,users:read"), &json!("U0ACMEBOT")));
    assert_eq!((&renewed["team"]["id"], &renewed["expires_in"]), (&json!(TEAM), &json!(43_200)));
    assert_eq!(renewed["access_token"], slack.bot_token(TEAM));
    assert_eq!(slack.bot_refresh_token(TEAM).as_deref(), renewed["refresh_token"].as_str());
    // The old one is as good as it was.
    assert_eq!(outcome(&slack, token).await, "ok");
    slack.advance(Duration::from_hours(1));
    assert_eq!(outcome(&slack, token).await, "token_expired");
    assert_eq!(outcome(&slack, person).await, "token_expired");
    assert_eq!(outcome(&slack, &renewed["access_token"]).await, "ok");

    let late = refresh(&slack, &installed["authed_user"]["refresh_token"]).await;
    assert_eq!((&late["token_type"], &late["bot_user_id"]), (&json!("user"), &Value::Null));
    assert_eq!(outcome(&slack, &late["access_token"]).await, "ok");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_two_tokens_at_once() {
    let slack = acme().await;
    let first = install(&slack, TEAM, ADA, "chat:write", "").await;
    let second = refresh(&slack, &first["refresh_token"]).await;
    let again = refresh(&slack, &first["refresh_token"]).await;
    assert_eq!(again["error"], "invalid_refresh_token");
    assert_eq!(outcome(&slack, &first["access_token"]).await, "ok");
    let third = refresh(&slack, &second["refresh_token"]).await;
    assert_eq!(outcome(&slack, &first["access_token"]).await, "token_revoked");
    assert_eq!(outcome(&slack, &second["access_token"]).await, "ok");
    slack.uninstall(TEAM);
    assert_eq!(refresh(&slack, &third["refresh_token"]).await["error"], "invalid_refresh_token");
    assert_eq!(outcome(&slack, &third["access_token"]).await, "account_inactive");
    assert_eq!(
        access(&slack, &[("grant_type", "refresh_token")]).await["error"],
        "invalid_refresh_token"
    );
}

#[tokio::test]
async fn what_is_installed_without_being_asked_rotates_too() {
    let slack = acme_with(Settings { token_rotation_enabled: true, ..Settings::default() }).await;
    let bot = Caller::new(&slack, TEAM);
    let post = json!({ "channel": GENERAL, "text": "hi" });
    assert_eq!(bot.call("chat.postMessage", post.clone()).await["ok"], true);
    slack.advance(Duration::from_hours(12));
    assert_eq!(bot.call("chat.postMessage", post).await["error"], "token_expired");
    let renewed = refresh(&slack, &json!(slack.bot_refresh_token(TEAM))).await;
    assert_eq!(renewed["access_token"], slack.bot_token(TEAM));
    let first = slack.authorize(TEAM, ADA, ["chat:write"]);
    assert_ne!(slack.authorize(TEAM, ADA, []), first);
}

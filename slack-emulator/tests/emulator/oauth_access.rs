//! `oauth.v2.access`: what a code is exchanged for.

use std::time::Duration;

use serde_json::{Value, json};
use slack_emulator::ViolationKind::{WrongEncoding, WrongType};
use slack_emulator::{Fault, FaultRule, Outcome, Settings, SlackEmulator};

use crate::support::installer::{REDIRECT, access, argument, install, usual};
use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme_and_app, client, kinds};

async fn acme() -> SlackEmulator {
    let slack = SlackEmulator::start(Settings::default()).await.unwrap();
    slack
        .add_workspace_without_app(TEAM, "Acme")
        .user(ADA, "Ada Lovelace")
        .user(BEN, "Ben Ali")
        .channel(GENERAL, "general");
    slack
}

fn code(slack: &SlackEmulator) -> String {
    let sent_to = slack.allow(TEAM, ADA, &usual(slack, "chat:write", ""));
    argument(&sent_to, "code").unwrap()
}

#[tokio::test]
async fn a_code_is_exchanged_for_the_bots_token_and_the_persons() {
    let slack = acme().await;
    assert!(!slack.is_installed(TEAM));
    let answer = install(&slack, TEAM, ADA, "chat:write,users:read", "chat:write").await;
    assert_eq!(
        answer,
        json!({
            "ok": true,
            "app_id": slack.app_id(),
            "authed_user": {
                "id": ADA,
                "scope": "chat:write",
                "access_token": slack.user_token(TEAM, ADA),
                "token_type": "user",
            },
            "scope": "chat:write,users:read",
            "token_type": "bot",
            "access_token": slack.bot_token(TEAM),
            "bot_user_id": slack.bot_user_id(TEAM),
            "team": { "id": TEAM, "name": "Acme" },
            "enterprise": null,
            "is_enterprise_install": false,
        })
    );
    let bot = Caller::new(&slack, TEAM);
    assert_eq!(bot.call("auth.test", json!({})).await["user_id"], "U0ACMEBOT");
    let post = json!({ "channel": GENERAL, "text": "hi" });
    assert_eq!(bot.call("chat.postMessage", post).await["error"], "not_in_channel");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn only_what_is_asked_for_is_there() {
    let slack = acme().await;
    let bot_only = install(&slack, TEAM, ADA, "chat:write", "").await;
    assert_eq!(bot_only["authed_user"], json!({ "id": ADA }));
    assert_eq!(slack.user_token(TEAM, ADA), None);
    let person_only = install(&slack, TEAM, BEN, "", "chat:write").await;
    assert_eq!(person_only["authed_user"]["scope"], "chat:write");
    for absent in ["access_token", "token_type", "scope", "bot_user_id"] {
        assert_eq!(person_only[absent], Value::Null, "{absent}");
    }
}

#[tokio::test]
async fn an_app_without_a_bot_is_no_bot() {
    let slack = acme().await;
    install(&slack, TEAM, ADA, "", "chat:write,channels:read,users:read").await;
    assert!(!slack.is_installed(TEAM));
    let ada = Caller { token: slack.user_token(TEAM, ADA).unwrap(), ..caller(&slack) };
    let members = ada.get(&format!("conversations.members?channel={GENERAL}")).await;
    assert_eq!(members["members"], json!([ADA, BEN]));
    let users = ada.form("users.list", &[]).await;
    assert_eq!(users["members"].as_array().unwrap().len(), 3);
}

fn caller(slack: &SlackEmulator) -> Caller {
    Caller { client: client(), api_url: slack.api_url(), token: String::new() }
}

#[tokio::test]
async fn scopes_add_up_and_optional_ones_may_be_withheld() {
    let slack = acme().await;
    slack.workspace(TEAM).grant_only(["chat:write", "users:read"]);
    let first = install(&slack, TEAM, ADA, "chat:write,users:read,files:read", "chat:write").await;
    assert_eq!(first["scope"], "chat:write,users:read");
    slack.workspace(TEAM).grant_all();
    let second = install(&slack, TEAM, BEN, "emoji:read,chat:write", "").await;
    assert_eq!(second["scope"], "chat:write,users:read,emoji:read");
    assert_eq!(slack.bot_scopes(TEAM), ["chat:write", "users:read", "emoji:read"]);
    assert_eq!(second["access_token"], first["access_token"]);
    let third = install(&slack, TEAM, ADA, "", "reactions:write").await;
    assert_eq!(third["authed_user"]["scope"], "chat:write,reactions:write");
    assert_eq!(third["authed_user"]["access_token"], first["authed_user"]["access_token"]);
}

#[tokio::test]
async fn a_reinstallation_may_change_the_token() {
    let slack = acme().await;
    let first = install(&slack, TEAM, ADA, "chat:write", "chat:write").await;
    slack.switch(|switches| switches.reinstall_keeps_the_token = false);
    let second = install(&slack, TEAM, ADA, "chat:write", "chat:write").await;
    assert_ne!(second["access_token"], first["access_token"]);
    let error = async |token: &Value| {
        let token = token.as_str().unwrap().to_owned();
        Caller { token, ..caller(&slack) }.call("auth.test", json!({})).await["error"].clone()
    };
    assert_eq!(error(&first["access_token"]).await, "invalid_auth");
    assert_eq!(error(&second["access_token"]).await, Value::Null);
    assert_eq!(error(&first["authed_user"]["access_token"]).await, "token_revoked");
    assert_eq!(error(&second["authed_user"]["access_token"]).await, Value::Null);
}

#[tokio::test]
async fn a_code_is_good_once_and_for_ten_minutes() {
    let slack = acme().await;
    let first = code(&slack);
    let form = [("code", first.as_str()), ("redirect_uri", REDIRECT)];
    assert_eq!(access(&slack, &form).await["ok"], true);
    assert_eq!(access(&slack, &form).await["error"], "code_already_used");
    let second = code(&slack);
    slack.advance(Duration::from_mins(10));
    let form = [("code", second.as_str()), ("redirect_uri", REDIRECT)];
    assert_eq!(access(&slack, &form).await["error"], "invalid_code");
    assert_eq!(access(&slack, &[("code", "c0de")]).await["error"], "invalid_code");
    assert_eq!(access(&slack, &[]).await["error"], "invalid_code");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn the_address_has_to_be_the_one_that_was_named() {
    let slack = acme().await;
    let code = code(&slack);
    for form in [
        &[("code", code.as_str())][..],
        &[("code", &code), ("redirect_uri", "http://127.0.0.1:3000/slack")],
    ] {
        assert_eq!(access(&slack, form).await["error"], "bad_redirect_uri");
    }
    // It is as good as it was.
    let form = [("code", code.as_str()), ("redirect_uri", REDIRECT)];
    assert_eq!(access(&slack, &form).await["ok"], true);
    assert_eq!(kinds(&slack), [WrongType; 2]);
}

#[tokio::test]
async fn the_app_shows_who_it_is() {
    let slack = acme().await;
    let url = format!("{}oauth.v2.access", slack.api_url());
    let ask = async |request: reqwest::RequestBuilder| -> Value {
        request.send().await.unwrap().json().await.unwrap()
    };
    let (id, secret) = (slack.client_id(), slack.client_secret());
    let post = || client().post(&url);
    let error = |answer: Value| answer["error"].as_str().unwrap_or("ok").to_owned();
    let bare = [("code", "x")];
    assert_eq!(error(ask(post().form(&bare)).await), "invalid_client_id");
    let other = post().basic_auth("1.2", Some(secret)).form(&bare);
    assert_eq!(error(ask(other).await), "invalid_client_id");
    let wrong = post().basic_auth(id, Some("guess")).form(&bare);
    assert_eq!(error(ask(wrong).await), "bad_client_secret");
    let code = code(&slack);
    let form = [
        ("client_id", id),
        ("client_secret", secret),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("grant_type", "authorization_code"),
    ];
    assert_eq!(error(ask(post().form(&form)).await), "ok");
    let odd = access(&slack, &[("grant_type", "password")]).await;
    assert_eq!(odd["error"], "invalid_grant_type");
    let by_get = client().get(format!("{url}?code={code}"));
    assert_eq!(error(ask(by_get).await), "invalid_post_type");
    let json = post().basic_auth(id, Some(secret)).header("content-type", "application/json");
    assert_eq!(error(ask(json.body(format!("{{\"code\":\"{code}\"}}"))).await), "invalid_code");
    assert_eq!(kinds(&slack), [WrongType, WrongEncoding, WrongEncoding]);
}

#[tokio::test]
async fn secrets_are_in_no_record() {
    let slack = acme().await;
    let code = code(&slack);
    let form = [
        ("client_id", slack.client_id()),
        ("client_secret", slack.client_secret()),
        ("code", &code),
        ("redirect_uri", REDIRECT),
    ];
    let url = format!("{}oauth.v2.access", slack.api_url());
    let answer: Value = client().post(url).form(&form).send().await.unwrap().json().await.unwrap();
    access(&slack, &[("grant_type", "refresh_token"), ("refresh_token", "xoxe-1-guess")]).await;
    assert_eq!(answer["ok"], true);
    let call = slack.calls_of("oauth.v2.access").remove(0);
    assert_eq!(call.argument("client_id"), Some(slack.client_id()));
    assert_eq!(call.outcome, Outcome::Ok);
    let records = format!("{:?} {:?}", slack.calls(), slack.violations());
    for secret in [slack.client_secret(), &code, &slack.bot_token(TEAM), "xoxe-1-guess"] {
        assert!(!records.contains(secret), "{secret} in {records}");
    }
}

#[tokio::test]
async fn faults_befall_it_like_any_method() {
    let slack = acme().await;
    let fault = FaultRule::once(Fault::error("internal_error")).on_method("oauth.v2.access");
    slack.add_fault(fault);
    assert_eq!(install(&slack, TEAM, ADA, "chat:write", "").await["error"], "internal_error");
    assert!(!slack.is_installed(TEAM));
    assert_eq!(install(&slack, TEAM, ADA, "chat:write", "").await["ok"], true);
}

#[tokio::test]
async fn the_app_hears_nothing_from_where_it_is_not_installed() {
    let (slack, app) = acme_and_app().await;
    let birch = slack.add_workspace_without_app("T0BIRCH", "Birch");
    birch.user("U0CEM", "Cem Kaya").channel("C0BIRCH", "general");
    slack.say("T0BIRCH", "C0BIRCH", "U0CEM", "not heard");
    install(&slack, "T0BIRCH", "U0CEM", "channels:history,channels:join", "").await;
    slack.say("T0BIRCH", "C0BIRCH", "U0CEM", "not heard either");
    let bot = Caller::new(&slack, "T0BIRCH");
    bot.call("conversations.join", json!({ "channel": "C0BIRCH" })).await;
    slack.say("T0BIRCH", "C0BIRCH", "U0CEM", "heard");
    assert_eq!(app.after(2).await[1].text(), "heard");
}

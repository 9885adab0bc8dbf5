//! The end of tokens, and of the app in a workspace.

use serde_json::{Value, json};
use slack_emulator::{SlackEmulator, UninstallOrder};

use crate::support::installer::install;
use crate::support::{
    ADA, BEN, Caller, GENERAL, PATIENCE, Receiver, TEAM, acme, acme_and_app, client, kinds,
};

/// The events that came, without when.
async fn heard(app: &Receiver, count: usize) -> Vec<Value> {
    let seen = app.after(count).await;
    let event = |seen: &crate::support::Seen| {
        let mut event = seen.json["event"].clone();
        assert!(event["event_ts"].is_string());
        event.as_object_mut().unwrap().remove("event_ts");
        event
    };
    seen.iter().map(event).collect()
}

fn revoked(tokens: &Value) -> Value {
    json!({ "type": "tokens_revoked", "tokens": tokens })
}

fn uninstalled() -> Value {
    json!({ "type": "app_uninstalled" })
}

fn person(slack: &SlackEmulator, token: &str) -> Caller {
    Caller { client: client(), api_url: slack.api_url(), token: token.to_owned() }
}

#[tokio::test]
async fn an_uninstalled_app_has_no_token_and_hears_of_both() {
    let (slack, app) = acme_and_app().await;
    let bot = Caller::new(&slack, TEAM);
    let ada = Caller::of(&slack, TEAM, ADA, &["chat:write"]);
    let bot_user = slack.bot_user_id(TEAM);
    slack.uninstall(TEAM);
    let both = [revoked(&json!({ "oauth": [ADA], "bot": [bot_user] })), uninstalled()];
    assert_eq!(heard(&app, 2).await, both);
    let envelope = &app.seen()[1].json;
    assert_eq!((&envelope["team_id"], &envelope["authorizations"]), (&json!(TEAM), &json!([])));
    assert!(!slack.is_installed(TEAM));
    assert_eq!(bot.call("auth.test", json!({})).await["error"], "account_inactive");
    assert_eq!(ada.call("auth.test", json!({})).await["error"], "token_revoked");
    // Nothing is heard any more.
    slack.say(TEAM, GENERAL, ADA, "not heard");
    slack.deactivate(TEAM, BEN);
    slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.unwrap();
    assert_eq!(app.seen().len(), 2);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn the_two_may_come_the_other_way_round() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.uninstall_event_order = UninstallOrder::UninstalledFirst);
    let bot_user = slack.bot_user_id(TEAM);
    slack.uninstall(TEAM);
    let both = [uninstalled(), revoked(&json!({ "bot": [bot_user] }))];
    assert_eq!(heard(&app, 2).await, both);
}

#[tokio::test]
async fn an_app_that_comes_back_has_another_token_and_is_in_no_channel() {
    let slack = acme().await;
    let old = Caller::new(&slack, TEAM);
    let ids = (slack.bot_user_id(TEAM), slack.bot_id(TEAM));
    slack.uninstall(TEAM);
    let answer = install(&slack, TEAM, ADA, "chat:write,users:read,channels:join", "").await;
    assert_eq!(answer["scope"], "chat:write,users:read,channels:join");
    assert_eq!((slack.bot_user_id(TEAM), slack.bot_id(TEAM)), ids);
    let bot = Caller::new(&slack, TEAM);
    assert_ne!(bot.token, old.token);
    assert_eq!(old.call("auth.test", json!({})).await["error"], "invalid_auth");
    let post = json!({ "channel": GENERAL, "text": "back" });
    assert_eq!(bot.call("chat.postMessage", post.clone()).await["error"], "not_in_channel");
    bot.call("conversations.join", json!({ "channel": GENERAL })).await;
    assert_eq!(bot.call("chat.postMessage", post).await["ok"], true);
    let user = bot.form("users.info", &[("user", &ids.0)]).await;
    assert_eq!(user["user"]["deleted"], false);
}

#[tokio::test]
async fn a_person_takes_back_what_they_allowed() {
    let (slack, app) = acme_and_app().await;
    for user in [ADA, BEN] {
        slack.authorize(TEAM, user, ["chat:write"]);
    }
    slack.revoke_user_token(TEAM, ADA);
    slack.switch(|switches| switches.personal_revoke_names_the_bot = true);
    slack.revoke_user_token(TEAM, BEN);
    let bot_user = slack.bot_user_id(TEAM);
    let both = [
        revoked(&json!({ "oauth": [ADA] })),
        revoked(&json!({ "oauth": [BEN], "bot": [bot_user] })),
    ];
    assert_eq!(heard(&app, 2).await, both);
    assert_eq!(
        app.seen()[0].json["authorizations"][0]["user_id"],
        slack.bot_user_id(TEAM).as_str()
    );
    let bot = Caller::new(&slack, TEAM);
    assert_eq!(bot.call("auth.test", json!({})).await["ok"], true);
}

#[tokio::test]
async fn tokens_that_end_with_an_account_may_be_told_of() {
    let (slack, app) = acme_and_app().await;
    for user in [ADA, BEN] {
        slack.authorize(TEAM, user, ["chat:write"]);
    }
    slack.deactivate(TEAM, ADA);
    slack.switch(|switches| switches.deactivation_tells_of_tokens = true);
    slack.deactivate(TEAM, BEN);
    let events = heard(&app, 3).await;
    let kinds: Vec<_> = events.iter().map(|event| &event["type"]).collect();
    assert_eq!(kinds, ["user_profile_changed", "user_profile_changed", "tokens_revoked"]);
    assert_eq!(events[2]["tokens"], json!({ "oauth": [BEN] }));
}

#[tokio::test]
async fn the_app_gives_a_persons_token_back() {
    let (slack, app) = acme_and_app().await;
    let ada = Caller::of(&slack, TEAM, ADA, &["chat:write"]);
    let test = ada.form("auth.revoke", &[("test", "1")]).await;
    assert_eq!(test, json!({ "ok": true, "revoked": false }));
    assert_eq!(ada.form("auth.revoke", &[]).await, json!({ "ok": true, "revoked": true }));
    assert_eq!(ada.form("auth.revoke", &[]).await["error"], "token_revoked");
    assert_eq!(heard(&app, 1).await, [revoked(&json!({ "oauth": [ADA] }))]);
    assert!(slack.is_installed(TEAM));
}

#[tokio::test]
async fn the_app_gives_the_bots_token_back_which_takes_it_from_its_channels() {
    let (slack, app) = acme_and_app().await;
    let bot = Caller::new(&slack, TEAM);
    let ada = Caller::of(&slack, TEAM, ADA, &["channels:read", "users:read"]);
    let bot_user = slack.bot_user_id(TEAM);
    assert_eq!(bot.form("auth.revoke", &[]).await["revoked"], true);
    assert_eq!(bot.form("auth.revoke", &[]).await["error"], "account_inactive");
    let user = ada.form("users.info", &[("user", &bot_user)]).await;
    assert_eq!(user["user"]["deleted"], true);
    let members = ada.get(&format!("conversations.members?channel={GENERAL}")).await;
    assert_eq!(members["members"], json!([ADA, BEN]));
    // The last token is the end of it.
    ada.form("auth.revoke", &[]).await;
    let all = [
        revoked(&json!({ "bot": [bot_user] })),
        revoked(&json!({ "oauth": [ADA] })),
        uninstalled(),
    ];
    assert_eq!(heard(&app, 3).await, all);
    let authorizations = &app.seen()[0].json["authorizations"][0];
    assert_eq!(
        (&authorizations["user_id"], &authorizations["is_bot"]),
        (&json!(ADA), &json!(false))
    );
}

#[tokio::test]
async fn the_app_uninstalls_itself() {
    let (slack, app) = acme_and_app().await;
    let bot = Caller::new(&slack, TEAM);
    let (id, secret) = (slack.client_id().to_owned(), slack.client_secret().to_owned());
    for (form, error) in [
        (&[][..], "invalid_client_id"),
        (&[("client_id", "1.2"), ("client_secret", &secret)], "invalid_client_id"),
        (&[("client_id", id.as_str()), ("client_secret", "guess")], "bad_client_secret"),
    ] {
        assert_eq!(bot.form("apps.uninstall", form).await["error"], error);
    }
    let form = [("client_id", id.as_str()), ("client_secret", secret.as_str())];
    assert_eq!(bot.form("apps.uninstall", &form).await, json!({ "ok": true }));
    assert_eq!(bot.form("apps.uninstall", &form).await["error"], "account_inactive");
    assert_eq!(heard(&app, 2).await[1], uninstalled());
    let records = format!("{:?}", slack.calls());
    assert!(!records.contains(&secret) && !records.contains(&bot.token), "{records}");
    assert_eq!(kinds(&slack), []);
}

#[tokio::test]
async fn the_controls_tell_where_the_app_is_and_uninstall_it() {
    let slack = acme().await;
    slack.add_workspace_without_app("T0BIRCH", "Birch");
    let get = async |path: &str| crate::control::get(&slack, path).await;
    let app = get("app").await;
    let installations = app["installations"].as_array().unwrap();
    assert_eq!((installations.len(), &installations[0]["team"]), (1, &json!(TEAM)));
    assert_eq!(app["authorize_url"], slack.authorize_url());
    assert_eq!((&app["client_id"], &app["redirect_urls"]), (&json!(slack.client_id()), &json!([])));
    let ask = async |team: &str| {
        let body = Some(json!({ "team": team }));
        crate::control::ask(&slack, reqwest::Method::POST, "uninstall", body).await
    };
    assert_eq!(ask(TEAM).await, (200, json!({ "ok": true })));
    let error = "the app is not installed in T0ACME";
    assert_eq!(ask(TEAM).await, (400, json!({ "ok": false, "error": error })));
    assert_eq!(ask("T0NONE").await.0, 400);
    let state = get("state").await;
    assert_eq!(state["workspaces"][0]["is_installed"], false);
    assert_eq!(get("app").await["installations"], json!([]));
    let stranger = person(&slack, "xoxb-ACME-guess").call("auth.test", json!({})).await;
    assert_eq!(stranger["error"], "invalid_auth");
}

//! Tokens of people: what they are good for, and how long.

use serde_json::{Value, json};
use slack_emulator::ViolationKind::MissingScope;
use slack_emulator::{ChannelSetup, User};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_and_app, header, kinds};

const WRITE: &[&str] = &["chat:write"];

async fn say(caller: &Caller, text: &str) -> Value {
    caller.call("chat.postMessage", json!({ "channel": GENERAL, "text": text })).await
}

#[tokio::test]
async fn a_token_stays_the_same_while_scopes_add_up_until_it_is_taken_back() {
    let slack = acme().await;
    let token = slack.authorize(TEAM, ADA, ["chat:write"]);
    assert!(token.starts_with("xoxp-"));
    assert_eq!(token, acme().await.authorize(TEAM, ADA, []));
    assert_ne!(token, slack.authorize(TEAM, BEN, ["chat:write"]));
    assert_eq!(slack.authorize(TEAM, ADA, ["reactions:write", "chat:write"]), token);
    assert_eq!(slack.user_token(TEAM, ADA).as_ref(), Some(&token));

    let ada = Caller { token: token.clone(), ..Caller::new(&slack, TEAM) };
    let response = ada.json("auth.test", &json!({})).send().await.unwrap();
    assert_eq!(header(response.headers(), "x-oauth-scopes"), "chat:write,reactions:write");

    slack.revoke_user_token(TEAM, ADA);
    assert_eq!(slack.user_token(TEAM, ADA), None);
    assert_eq!(ada.call("auth.test", json!({})).await["error"], "token_revoked");
    let renewed = slack.authorize(TEAM, ADA, ["users:read"]);
    assert_ne!(renewed, token);
    assert_eq!(say(&ada, "hi").await["error"], "token_revoked");
    let ada = Caller { token: renewed, ..ada };
    let answer = say(&ada, "hi").await;
    assert_eq!(
        (&answer["needed"], &answer["provided"]),
        (&json!("chat:write"), &json!("users:read"))
    );
    assert_eq!(kinds(&slack), [MissingScope]);
    let team = slack.calls().into_iter().map(|call| (call.team, call.user));
    assert!(
        team.clone()
            .all(|(team, user)| team.as_deref() == Some(TEAM) && user.as_deref() == Some(ADA))
    );
}

#[tokio::test]
async fn auth_test_tells_whose_token_it_is() {
    let slack = acme().await;
    let answer = Caller::of(&slack, TEAM, ADA, &[]).call("auth.test", json!({})).await;
    assert_eq!((&answer["user_id"], &answer["user"]), (&json!(ADA), &json!("ada.lovelace")));
    assert_eq!((&answer["team_id"], &answer["bot_id"]), (&json!(TEAM), &Value::Null));
}

#[tokio::test]
async fn a_persons_token_reacts_as_them() {
    let (slack, app) = acme_and_app().await;
    let ada = Caller::of(&slack, TEAM, ADA, &["reactions:write"]);
    let ts = slack.say(TEAM, GENERAL, BEN, "x");
    slack.react(TEAM, GENERAL, BEN, &ts, "tada");
    let reaction = json!({ "channel": GENERAL, "timestamp": ts, "name": "tada" });
    assert_eq!(ada.call("reactions.add", reaction.clone()).await["ok"], true);
    assert_eq!(ada.call("reactions.add", reaction.clone()).await["error"], "already_reacted");
    assert_eq!(slack.messages(TEAM, GENERAL)[0].reactions[0].users, [BEN, ADA]);
    assert_eq!(ada.call("reactions.remove", reaction).await["ok"], true);
    assert_eq!(slack.messages(TEAM, GENERAL)[0].reactions[0].users, [BEN]);
    let seen = app.after(4).await;
    for (at, kind) in [(2, "reaction_added"), (3, "reaction_removed")] {
        let event = &seen[at].json["event"];
        assert_eq!((&event["type"], &event["user"]), (&json!(kind), &json!(ADA)));
    }
}

#[tokio::test]
async fn membership_is_that_of_whoever_calls() {
    let slack = acme().await;
    let scopes =
        ["channels:history", "groups:history", "channels:read", "groups:read", "chat:write"];
    let ada = Caller::of(&slack, TEAM, ADA, &scopes);
    slack
        .workspace(TEAM)
        .add_channel(ChannelSetup::new("C0BOT", "bot").members([BEN]))
        .add_channel(ChannelSetup::new("C0BEN", "ben").private().members([BEN]))
        .add_channel(ChannelSetup::new("C0ADA", "ada").private().members([ADA]).without_bot());
    let bot = Caller::new(&slack, TEAM);
    for (caller, channel, wanted) in [
        (&ada, "C0BOT", "not_in_channel"),
        (&ada, "C0BEN", "channel_not_found"),
        (&ada, "C0ADA", "ok"),
        (&bot, "C0ADA", "channel_not_found"),
        (&bot, "C0BOT", "ok"),
    ] {
        for (method, arguments) in [
            ("conversations.history", json!({ "channel": channel })),
            ("chat.postMessage", json!({ "channel": channel, "text": "x" })),
        ] {
            let answer = caller.call(method, arguments).await;
            let outcome = answer["error"].as_str().unwrap_or("ok");
            assert_eq!(outcome, wanted, "{method} in {channel}");
        }
    }
    let info = ada.get("conversations.info?channel=C0BOT").await;
    assert_eq!(info["channel"]["is_member"], false);
    slack.switch(|switches| switches.people_read_public_channels = true);
    let history = ada.call("conversations.history", json!({ "channel": "C0BOT" })).await;
    assert_eq!(history["ok"], true);
    slack.workspace(TEAM).remove_bot("C0BOT");
    let history = bot.call("conversations.history", json!({ "channel": "C0BOT" })).await;
    assert_eq!(history["error"], "not_in_channel");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn people_come_and_go_by_their_own_scope() {
    let slack = acme().await;
    slack.workspace(TEAM).add_channel(ChannelSetup::new("C0DUO", "duo").members([BEN]));
    let duo = json!({ "channel": "C0DUO" });
    let ada = Caller::of(&slack, TEAM, ADA, &["channels:join", "channels:manage"]);
    assert_eq!(ada.call("conversations.join", duo.clone()).await["needed"], "channels:write");
    let needed = "channels:write,groups:write";
    assert_eq!(ada.call("conversations.leave", duo.clone()).await["needed"], needed);
    slack.authorize(TEAM, ADA, ["channels:write", "channels:read"]);
    let joined = ada.call("conversations.join", duo.clone()).await;
    assert_eq!(joined["channel"]["is_member"], true);
    let again = ada.call("conversations.join", duo.clone()).await;
    assert_eq!(again["warning"], "already_in_channel");
    let members = ada.get("conversations.members?channel=C0DUO&limit=2").await;
    assert_eq!(members["members"], json!(["U0ACMEBOT", ADA]));
    let cursor = members["response_metadata"]["next_cursor"].as_str().unwrap();
    let rest = ada.get(&format!("conversations.members?channel=C0DUO&cursor={cursor}")).await;
    assert_eq!(rest["members"], json!([BEN]));
    assert_eq!(ada.call("conversations.leave", duo.clone()).await["ok"], true);
    assert_eq!(ada.call("conversations.leave", duo).await["not_in_channel"], true);
}

#[tokio::test]
async fn an_account_that_is_deactivated_has_no_token() {
    let slack = acme().await;
    let ada = Caller::of(&slack, TEAM, ADA, WRITE);
    slack.workspace(TEAM).change_user(ADA, |ada| ada.deleted = true);
    assert_eq!(say(&ada, "hi").await["error"], "token_revoked");
    slack.workspace(TEAM).change_user(ADA, |ada| ada.deleted = false);
    assert_eq!(say(&ada, "hi").await["ok"], true);
    slack.deactivate(TEAM, ADA);
    assert_eq!(say(&ada, "hi").await["error"], "token_revoked");
    assert_eq!(slack.user_token(TEAM, ADA), None);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn the_address_of_others_needs_the_scope_of_whoever_asks() {
    let slack = acme().await;
    slack.workspace(TEAM).add_user(User::new("U0CEM", "Cem Kaya").email("cem@example.com"));
    let ada = Caller::of(&slack, TEAM, ADA, &["users:read"]);
    let answer = ada.form("users.info", &[("user", "U0CEM")]).await;
    assert_eq!(answer["user"]["profile"]["email"], Value::Null);
    slack.authorize(TEAM, ADA, ["users:read.email"]);
    let answer = ada.form("users.info", &[("user", "U0CEM")]).await;
    assert_eq!(answer["user"]["profile"]["email"], "cem@example.com");
}

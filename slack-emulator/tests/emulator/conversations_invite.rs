//! `conversations.invite`, and conversations of two.

use serde_json::{Value, json};
use slack_emulator::ViolationKind::{MissingArgument, MissingScope, UnknownId, WrongType};
use slack_emulator::{ChannelSetup, SlackEmulator, User};

use crate::support::{ADA, BEN, Caller, TEAM, acme, acme_and_app, kinds};

const DUO: &str = "C0DUO";

/// A private channel that Ada is in, and not the bot.
fn duo(slack: &SlackEmulator) -> Caller {
    let duo = ChannelSetup::new(DUO, "duo").private().members([ADA]).without_bot();
    slack.workspace(TEAM).add_channel(duo);
    Caller::of(slack, TEAM, ADA, &["groups:write", "chat:write", "im:write"])
}

async fn invite(caller: &Caller, users: &str) -> Value {
    caller.call("conversations.invite", json!({ "channel": DUO, "users": users })).await
}

#[tokio::test]
async fn a_person_brings_the_bot_in() {
    let (slack, app) = acme_and_app().await;
    let ada = duo(&slack);
    let bot = slack.bot_user_id(TEAM);
    let answer = invite(&ada, &bot).await;
    assert_eq!((&answer["ok"], &answer["channel"]["id"]), (&json!(true), &json!(DUO)));
    assert_eq!(answer["channel"]["is_member"], true);
    let seen = app.after(2).await;
    let (line, event) = (&seen[0].json["event"], &seen[1].json["event"]);
    assert_eq!((&line["subtype"], &line["inviter"]), (&json!("group_join"), &json!(ADA)));
    assert_eq!(event["type"], "member_joined_channel");
    assert_eq!((&event["user"], &event["inviter"]), (&json!(bot), &json!(ADA)));
    assert_eq!(invite(&ada, &bot).await["error"], "already_in_channel");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn who_cannot_be_invited_keeps_the_others_out_unless_it_is_forced() {
    let slack = acme().await;
    let ada = duo(&slack);
    assert_eq!(invite(&ada, ADA).await["error"], "cant_invite_self");
    let answer = invite(&ada, "U0ADA, U0NONE,U0BEN").await;
    assert_eq!(answer["error"], "cant_invite_self");
    assert_eq!(
        answer["errors"],
        json!([
            { "user": ADA, "ok": false, "error": "cant_invite_self" },
            { "user": "U0NONE", "ok": false, "error": "user_not_found" },
        ])
    );
    assert_eq!(slack.message_count(TEAM, DUO), 0);
    let forced = json!({ "channel": DUO, "users": "U0ADA,U0BEN", "force": true });
    let answer = ada.call("conversations.invite", forced.clone()).await;
    assert_eq!((&answer["ok"], &answer["errors"][0]["user"]), (&json!(true), &json!(ADA)));
    assert_eq!(slack.message_count(TEAM, DUO), 1);
    let answer = ada.call("conversations.invite", forced).await;
    assert_eq!((&answer["ok"], &answer["errors"][1]["user"]), (&json!(false), &json!(BEN)));
    assert_eq!(kinds(&slack), [UnknownId]);
}

#[tokio::test]
async fn accounts_that_are_deactivated_stay_out_alone() {
    let slack = acme().await;
    let ada = duo(&slack);
    slack.workspace(TEAM).add_user(User::new("U0GONE", "Gone").deleted());
    let answer = invite(&ada, "U0GONE,U0BEN").await;
    assert_eq!(answer["error"], "cant_invite");
    assert_eq!(invite(&ada, BEN).await["error"], "already_in_channel");
}

#[tokio::test]
async fn inviting_needs_membership_and_scope() {
    let slack = acme().await;
    let ada = duo(&slack);
    let bot = Caller::new(&slack, TEAM);
    assert_eq!(invite(&bot, BEN).await["error"], "channel_not_found");
    let open = ChannelSetup::new("C0OPEN", "open").members([ADA]).without_bot();
    slack.workspace(TEAM).add_channel(open);
    let others = json!({ "channel": "C0OPEN", "users": BEN });
    let answer = bot.call("conversations.invite", others.clone()).await;
    assert_eq!(answer["error"], "not_in_channel");
    let needed = ada.call("conversations.invite", others.clone()).await["needed"].clone();
    assert_eq!(needed, "channels:write,channels:write.invites");
    slack.workspace(TEAM).set_archived(DUO, true);
    assert_eq!(invite(&ada, BEN).await["error"], "is_archived");
    assert_eq!(
        ada.call("conversations.invite", json!({ "channel": DUO })).await["error"],
        "no_user"
    );
    slack
        .workspace(TEAM)
        .let_in("C0OPEN", &slack.bot_user_id(TEAM))
        .without_scope("channels:manage");
    let needed = bot.call("conversations.invite", others).await["needed"].clone();
    assert_eq!(needed, "channels:manage,channels:write.invites");
    assert_eq!(kinds(&slack), [MissingScope, MissingArgument, MissingScope]);
}

#[tokio::test]
async fn a_conversation_of_two_is_opened_and_written_to() {
    let slack = acme().await;
    let bot = Caller::new(&slack, TEAM);
    let post = json!({ "channel": ADA, "text": "one" });
    let told = bot.call("chat.postMessage", post).await;
    let opened = bot.call("conversations.open", json!({ "users": ADA })).await;
    assert_eq!(opened["channel"], json!({ "id": told["channel"] }));
    assert_eq!((&opened["already_open"], &opened["no_op"]), (&json!(true), &json!(true)));
    let arguments = json!({ "channel": told["channel"], "return_im": true });
    let in_full = bot.call("conversations.open", arguments).await;
    assert_eq!(
        (&in_full["channel"]["user"], &in_full["channel"]["is_im"]),
        (&json!(ADA), &json!(true))
    );
    let post = json!({ "channel": told["channel"], "text": "two" });
    assert_eq!(bot.call("chat.postMessage", post).await["channel"], told["channel"]);
    assert_eq!(slack.told(TEAM, ADA), ["one", "two"]);

    // Two people have one of their own, which the bot knows nothing of.
    let ada = duo(&slack);
    let look = json!({ "users": BEN, "prevent_creation": true });
    let none = ada.call("conversations.open", look).await;
    assert_eq!(none["error"], "channel_not_found");
    let theirs = ada.call("conversations.open", json!({ "users": BEN })).await["channel"].clone();
    assert!(theirs["id"].as_str().unwrap().starts_with('D'));
    let post = json!({ "channel": theirs["id"], "text": "psst" });
    assert_eq!(ada.call("chat.postMessage", post.clone()).await["ok"], true);
    assert_eq!(bot.call("chat.postMessage", post).await["error"], "channel_not_found");
    assert!(slack.told(TEAM, BEN).is_empty());
    assert_eq!(kinds(&slack), [UnknownId]);
}

#[tokio::test]
async fn a_conversation_needs_someone_to_talk_to() {
    let slack = acme().await;
    slack.workspace(TEAM).add_user(User::new("U0GONE", "Gone").deleted());
    let bot = Caller::new(&slack, TEAM);
    for (arguments, error) in [
        (json!({}), "users_list_not_supplied"),
        (json!({ "users": "U0NONE" }), "user_not_found"),
        (json!({ "users": "U0GONE" }), "user_disabled"),
        (json!({ "channel": "D0NONE" }), "channel_not_found"),
        (json!({ "users": "U0ADA,U0BEN" }), "invalid_arguments"),
    ] {
        assert_eq!(bot.call("conversations.open", arguments.clone()).await["error"], error);
    }
    slack.workspace(TEAM).without_scope("im:write");
    assert_eq!(bot.call("conversations.open", json!({ "users": ADA })).await["needed"], "im:write");
    assert_eq!(kinds(&slack), [MissingArgument, UnknownId, UnknownId, WrongType, MissingScope]);
}

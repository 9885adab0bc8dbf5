//! `chat.delete`.

use serde_json::{Value, json};
use slack_emulator::SlackEmulator;
use slack_emulator::ViolationKind::{NotOwnMessage, UnknownId};

use crate::support::{ADA, Caller, GENERAL, TEAM, acme, acme_and_app, kinds};

async fn post(slack: &SlackEmulator, username: Option<&str>) -> String {
    let post = json!({ "channel": GENERAL, "text": "x", "username": username });
    let answer = Caller::new(slack, TEAM).call("chat.postMessage", post).await;
    answer["ts"].as_str().unwrap().to_owned()
}

async fn delete(slack: &SlackEmulator, ts: &str) -> Value {
    let arguments = json!({ "channel": GENERAL, "ts": ts });
    Caller::new(slack, TEAM).call("chat.delete", arguments).await
}

#[tokio::test]
async fn the_bot_takes_back_what_it_said_once() {
    let (slack, app) = acme_and_app().await;
    let ts = post(&slack, None).await;
    assert_eq!(delete(&slack, &ts).await, json!({ "ok": true, "channel": GENERAL, "ts": ts }));
    let event = &app.after(2).await[1].json["event"];
    assert_eq!(event["subtype"], "message_deleted");
    assert_eq!(event["deleted_ts"], ts);
    assert_eq!(event["previous_message"]["bot_id"], slack.bot_id(TEAM).as_str());
    assert_eq!(delete(&slack, &ts).await["error"], "message_not_found");
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    // Somebody else may have been first.
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn only_the_bots_own_messages_are_deleted() {
    let slack = acme().await;
    let theirs = slack.say(TEAM, GENERAL, ADA, "mine");
    assert_eq!(delete(&slack, &theirs).await["error"], "cant_delete_message");
    assert_eq!(delete(&slack, "1600000000.000100").await["error"], "message_not_found");
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
    assert_eq!(kinds(&slack), [NotOwnMessage, UnknownId]);
}

#[tokio::test]
async fn messages_under_a_chosen_name_may_be_there_to_stay() {
    let slack = acme().await;
    let (first, second) =
        (post(&slack, Some("Ada (Birch)")).await, post(&slack, Some("Ada (Birch)")).await);
    assert_eq!(delete(&slack, &first).await["ok"], true);
    slack.switch(|switches| switches.chosen_names_can_be_deleted = false);
    assert_eq!(delete(&slack, &second).await["error"], "cant_delete_message");
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_root_becomes_a_tombstone_that_is_found_or_not() {
    let slack = acme().await;
    let root = post(&slack, None).await;
    slack.reply(TEAM, GENERAL, ADA, &root, "reply");
    assert_eq!(delete(&slack, &root).await["ok"], true);
    assert_eq!(slack.messages(TEAM, GENERAL)[0].subtype.as_deref(), Some("tombstone"));
    assert_eq!(delete(&slack, &root).await["error"], "message_not_found");
    slack.switch(|switches| switches.tombstones_are_found = true);
    assert_eq!(delete(&slack, &root).await["error"], "cant_delete_message");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn an_archived_channel_lets_go_of_its_messages() {
    let slack = acme().await;
    let ts = post(&slack, None).await;
    slack.workspace(TEAM).set_archived(GENERAL, true);
    assert_eq!(delete(&slack, &ts).await["ok"], true);
}

#[tokio::test]
async fn deleting_needs_its_scope() {
    let slack = acme().await;
    let ts = post(&slack, None).await;
    slack.workspace(TEAM).without_scope("chat:write");
    assert_eq!(delete(&slack, &ts).await["needed"], "chat:write");
}

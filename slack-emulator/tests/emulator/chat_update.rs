//! `chat.update`.

use serde_json::{Value, json};
use slack_emulator::ViolationKind::{
    InvalidBlocks, LimitExceeded, MissingArgument, NotOwnMessage, UnknownArgument, UnknownId,
    Unreadable,
};
use slack_emulator::{ChannelSetup, SlackEmulator};

use crate::support::{ADA, Caller, GENERAL, TEAM, acme, acme_and_app, kinds};

async fn call(slack: &SlackEmulator, method: &str, more: Value) -> Value {
    let mut arguments = json!({ "channel": GENERAL });
    arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Caller::new(slack, TEAM).call(method, arguments).await
}

async fn post(slack: &SlackEmulator, more: Value) -> String {
    let answer = call(slack, "chat.postMessage", more).await;
    answer["ts"].as_str().unwrap().to_owned()
}

async fn update(slack: &SlackEmulator, more: Value) -> Value {
    call(slack, "chat.update", more).await
}

#[tokio::test]
async fn the_bot_changes_what_it_said_and_hears_of_it() {
    let (slack, app) = acme_and_app().await;
    let ts = post(&slack, json!({ "text": "one" })).await;
    let answer = update(&slack, json!({ "ts": ts, "text": "two" })).await;
    assert_eq!(answer["ok"], true);
    assert_eq!((&answer["channel"], &answer["ts"]), (&json!(GENERAL), &json!(ts)));
    assert_eq!((&answer["text"], &answer["message"]["text"]), (&json!("two"), &json!("two")));
    let event = &app.after(2).await[1].json["event"];
    assert_eq!(event["subtype"], "message_changed");
    assert_eq!(event["message"], answer["message"]);
    assert_eq!(event["message"]["edited"]["user"], slack.bot_id(TEAM).as_str());
    assert_eq!(event["message"]["bot_id"], slack.bot_id(TEAM).as_str());
    assert_eq!(event["previous_message"]["text"], "one");
    assert_eq!(slack.messages(TEAM, GENERAL)[0].text, "two");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_text_without_blocks_removes_the_blocks() {
    let slack = acme().await;
    let blocks = json!([{ "type": "divider" }]);
    let both = json!({ "text": "one", "blocks": blocks });
    let ts = post(&slack, both).await;
    let blocks_of = || slack.messages(TEAM, GENERAL)[0].blocks.clone();

    // Without a text the blocks stay.
    update(&slack, json!({ "ts": ts, "attachments": [{ "text": "more" }] })).await;
    assert_eq!(blocks_of(), Some(blocks.clone()));
    update(&slack, json!({ "ts": ts, "text": "two" })).await;
    assert_eq!(blocks_of(), None);
    assert_eq!(slack.messages(TEAM, GENERAL)[0].attachments.len(), 1);
    let answer = update(&slack, json!({ "ts": ts, "text": "three", "blocks": blocks })).await;
    assert_eq!(answer["message"]["blocks"], blocks);
    assert_eq!(blocks_of(), Some(blocks));
    update(&slack, json!({ "ts": ts, "blocks": [], "attachments": [] })).await;
    let shown = &slack.messages(TEAM, GENERAL)[0];
    assert_eq!((shown.blocks.as_ref(), shown.text.as_str()), (None, "three"));
    assert!(shown.attachments.is_empty());
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_message_updated_with_blocks_is_not_marked_as_edited() {
    let slack = acme().await;
    let ts = post(&slack, json!({ "text": "one" })).await;
    let blocks = json!([{ "type": "divider" }]);
    let answer = update(&slack, json!({ "ts": ts, "text": "two", "blocks": blocks })).await;
    assert_eq!(answer["message"]["edited"], Value::Null);
    let answer = update(&slack, json!({ "ts": ts, "text": "three" })).await;
    assert!(answer["message"]["edited"]["ts"].is_string());
}

#[tokio::test]
async fn metadata_stays_until_it_is_replaced_or_removed() {
    let slack = acme().await;
    let metadata = |id: &str| json!({ "event_type": "copy", "event_payload": { "id": id } });
    let ts = post(&slack, json!({ "text": "one", "metadata": metadata("1") })).await;
    let now = || slack.messages(TEAM, GENERAL)[0].metadata.clone();
    update(&slack, json!({ "ts": ts, "text": "two" })).await;
    assert_eq!(now(), Some(metadata("1")));
    update(&slack, json!({ "ts": ts, "text": "two", "metadata": metadata("2") })).await;
    assert_eq!(now(), Some(metadata("2")));
    update(&slack, json!({ "ts": ts, "text": "two", "metadata": {} })).await;
    assert_eq!(now(), None);
    let wrong = json!({ "ts": ts, "text": "two", "metadata": { "event_type": "copy" } });
    assert_eq!(update(&slack, wrong).await["error"], "invalid_metadata_schema");
}

#[tokio::test]
async fn a_chosen_name_is_kept_or_lost_but_never_chosen_again() {
    let slack = acme().await;
    let ts = post(&slack, json!({ "text": "one", "username": "Ada (Birch)" })).await;
    let answer = update(&slack, json!({ "ts": ts, "text": "two" })).await;
    assert_eq!(answer["message"]["username"], "Ada (Birch)");
    assert_eq!(slack.violations(), []);
    update(&slack, json!({ "ts": ts, "text": "two", "username": "Ben" })).await;
    assert_eq!(slack.messages(TEAM, GENERAL)[0].author, "Ada (Birch)");
    assert_eq!(kinds(&slack), [UnknownArgument]);
    slack.switch(|switches| switches.update_keeps_chosen_name = false);
    let answer = update(&slack, json!({ "ts": ts, "text": "three" })).await;
    assert_eq!(answer["message"]["username"], Value::Null);
    assert_eq!(slack.messages(TEAM, GENERAL)[0].author, "SyncBot");
}

#[tokio::test]
async fn a_reply_is_shown_in_the_channel_later() {
    let slack = acme().await;
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let ts = post(&slack, json!({ "text": "reply", "thread_ts": root })).await;
    let arguments = json!({ "ts": ts, "text": "reply", "reply_broadcast": true });
    assert_eq!(update(&slack, arguments).await["message"]["subtype"], "thread_broadcast");
    assert!(slack.messages(TEAM, GENERAL)[1].broadcast);
}

#[tokio::test]
async fn what_cannot_be_updated_is_refused() {
    let slack = acme().await;
    let theirs = slack.say(TEAM, GENERAL, ADA, "mine");
    let rich = json!([{ "type": "rich_text", "elements": [] }]);
    let ts = post(&slack, json!({ "text": "one", "blocks": rich })).await;
    let divider = json!([{ "type": "divider" }]);
    for (arguments, error) in [
        (json!({ "ts": theirs, "text": "yours" }), "cant_update_message"),
        (json!({ "ts": "1600000000.000100", "text": "x" }), "message_not_found"),
        (json!({ "ts": ts }), "no_text"),
        (json!({ "ts": ts, "text": "x".repeat(4_001) }), "msg_too_long"),
        (json!({ "ts": ts, "blocks": divider }), "block_mismatch"),
        (json!({ "ts": ts, "attachments": {} }), "invalid_attachments"),
    ] {
        assert_eq!(update(&slack, arguments).await["error"], error);
    }
    let expected =
        [NotOwnMessage, UnknownId, MissingArgument, LimitExceeded, InvalidBlocks, Unreadable];
    assert_eq!(kinds(&slack), expected);
    let longest = json!({ "ts": ts, "text": "x".repeat(4_000) });
    assert_eq!(update(&slack, longest).await["ok"], true);
}

#[tokio::test]
async fn what_an_app_cannot_know_is_refused_but_no_breach() {
    let slack = acme().await;
    let ts = post(&slack, json!({ "text": "one" })).await;
    let gone = post(&slack, json!({ "text": "two" })).await;
    slack.workspace(TEAM).change_user(ADA, |ada| ada.is_admin = true);
    slack.delete(TEAM, GENERAL, ADA, &gone);
    let text = |ts: &str| json!({ "ts": ts, "text": "x" });
    assert_eq!(update(&slack, text(&gone)).await["error"], "message_not_found");
    slack.workspace(TEAM).set_archived(GENERAL, true);
    assert_eq!(update(&slack, text(&ts)).await["error"], "is_archived");
    slack.workspace(TEAM).set_archived(GENERAL, false).remove_bot(GENERAL);
    assert_eq!(update(&slack, text(&ts)).await["error"], "not_in_channel");
    slack
        .workspace(TEAM)
        .add_channel(ChannelSetup::new(GENERAL, "general").private().without_bot());
    assert_eq!(update(&slack, text(&ts)).await["error"], "channel_not_found");
    assert_eq!(slack.violations(), []);
}

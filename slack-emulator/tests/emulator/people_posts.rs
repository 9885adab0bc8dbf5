//! What the app posts in somebody's name, and changes.

use serde_json::{Value, json};
use slack_emulator::SlackEmulator;
use slack_emulator::ViolationKind::{BotsOnly, NotOwnMessage};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_and_app, kinds};

const WRITE: &[&str] = &["chat:write"];

async fn say(caller: &Caller, text: &str) -> Value {
    caller.call("chat.postMessage", json!({ "channel": GENERAL, "text": text })).await
}

#[tokio::test]
async fn a_post_with_a_persons_token_is_theirs_and_names_the_app() {
    let (slack, app) = acme_and_app().await;
    let ada = Caller::of(&slack, TEAM, ADA, WRITE);
    let root = slack.say(TEAM, GENERAL, BEN, "root");
    let metadata = json!({ "event_type": "copy", "event_payload": { "id": "1" } });
    let blocks = json!([{ "type": "section", "text": { "type": "mrkdwn", "text": "hi" } }]);
    let post = json!({
        "channel": GENERAL, "text": "hi", "thread_ts": root, "metadata": metadata, "blocks": blocks,
        "client_msg_id": "1f9bd5b2-6c1a-4e9e-9b0a-27d0bd8b6f4e",
    });
    let answer = ada.call("chat.postMessage", post).await;
    let event = app.after(2).await[1].json["event"].clone();
    assert_eq!(event["ts"], answer["ts"]);
    for (field, wanted) in [
        ("user", json!(ADA)),
        ("bot_id", json!(slack.bot_id(TEAM))),
        ("app_id", json!(slack.app_id())),
        ("thread_ts", json!(root)),
        ("metadata", metadata),
        ("subtype", Value::Null),
        ("client_msg_id", Value::Null),
    ] {
        assert_eq!(event[field], wanted, "{field}");
    }
    assert_eq!(event["bot_profile"]["app_id"], slack.app_id());
    assert_eq!(event["blocks"][0]["type"], "section");
    let shown = slack.messages(TEAM, GENERAL).remove(1);
    assert_eq!((shown.author.as_str(), shown.bot_id), ("Ada Lovelace", None));
    assert!(shown.by_app && !slack.messages(TEAM, GENERAL)[0].by_app);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_post_with_a_persons_token_may_look_as_if_it_was_typed() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.person_posts_name_the_app = false);
    let ada = Caller::of(&slack, TEAM, ADA, WRITE);
    let metadata = json!({ "event_type": "copy", "event_payload": {} });
    let post = json!({ "channel": GENERAL, "text": "hi", "metadata": metadata });
    ada.call("chat.postMessage", post).await;
    let event = app.after(1).await[0].json["event"].clone();
    assert_eq!(event["user"], ADA);
    assert_eq!(event["client_msg_id"].as_str().map(str::len), Some(36));
    assert_eq!(event["metadata"], metadata);
    for absent in ["bot_id", "app_id", "bot_profile", "subtype"] {
        assert_eq!(event[absent], Value::Null, "{absent}");
    }
}

#[tokio::test]
async fn metadata_of_people_may_be_refused() {
    let slack = acme().await;
    let ada = Caller::of(&slack, TEAM, ADA, WRITE);
    let ts = say(&ada, "hi").await["ts"].clone();
    slack.switch(|switches| switches.person_posts_take_metadata = false);
    let metadata = json!({ "event_type": "copy", "event_payload": {} });
    for (method, arguments) in [
        ("chat.postMessage", json!({ "channel": GENERAL, "text": "hi", "metadata": metadata })),
        ("chat.update", json!({ "channel": GENERAL, "ts": ts, "text": "x", "metadata": metadata })),
    ] {
        let answer = ada.call(method, arguments.clone()).await;
        assert_eq!(answer["error"], "metadata_must_be_sent_from_app", "{method}");
    }
    let post = json!({ "channel": GENERAL, "text": "hi", "metadata": metadata });
    let answer = Caller::new(&slack, TEAM).call("chat.postMessage", post).await;
    assert_eq!(answer["ok"], true);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn events_may_leave_metadata_out_which_histories_have() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.events_carry_metadata = false);
    let bot = Caller::new(&slack, TEAM);
    let metadata = json!({ "event_type": "copy", "event_payload": { "id": "1" } });
    let post = json!({ "channel": GENERAL, "text": "one", "metadata": metadata });
    let ts = bot.call("chat.postMessage", post).await["ts"].clone();
    bot.call("chat.update", json!({ "channel": GENERAL, "ts": ts, "text": "two" })).await;
    let seen = app.after(2).await;
    assert_eq!(seen[0].json["event"]["metadata"], Value::Null);
    let changed = &seen[1].json["event"];
    assert_eq!(changed["message"]["text"], "two");
    assert_eq!(changed["message"]["metadata"], Value::Null);
    assert_eq!(changed["previous_message"]["metadata"], Value::Null);
    let history = json!({ "channel": GENERAL, "include_all_metadata": true });
    let history = bot.call("conversations.history", history).await;
    assert_eq!(history["messages"][0]["metadata"], metadata);
}

#[tokio::test]
async fn people_have_no_other_name() {
    let slack = acme().await;
    let ada = Caller::of(&slack, TEAM, ADA, &["chat:write", "chat:write.customize"]);
    let post = json!({ "channel": GENERAL, "text": "hi", "username": "Eve", "icon_emoji": ":x:" });
    assert_eq!(ada.call("chat.postMessage", post).await["ok"], true);
    let shown = slack.messages(TEAM, GENERAL).remove(0);
    assert_eq!((shown.author.as_str(), shown.icon_emoji), ("Ada Lovelace", None));
    assert_eq!(kinds(&slack), [BotsOnly]);
}

async fn change(slack: &SlackEmulator, caller: &Caller, ts: &str) -> [String; 2] {
    let arguments = json!({ "channel": GENERAL, "ts": ts, "text": "changed" });
    let updated = caller.call("chat.update", arguments).await;
    let arguments = json!({ "channel": GENERAL, "ts": ts });
    let before = slack.message_count(TEAM, GENERAL);
    let deleted = caller.call("chat.delete", arguments).await;
    let is_gone = slack.message_count(TEAM, GENERAL) < before;
    assert_eq!(deleted["ok"], is_gone);
    [updated, deleted].map(|answer| answer["error"].as_str().unwrap_or("ok").to_owned())
}

#[tokio::test]
async fn a_token_changes_what_its_own_user_posted() {
    let (slack, app) = acme_and_app().await;
    let (ada, bot) = (Caller::of(&slack, TEAM, ADA, WRITE), Caller::new(&slack, TEAM));
    let ts = async |caller: &Caller| say(caller, "x").await["ts"].as_str().unwrap().to_owned();
    let no = ["cant_update_message", "cant_delete_message"];
    assert_eq!(change(&slack, &ada, &ts(&bot).await).await, no);
    assert_eq!(change(&slack, &bot, &ts(&ada).await).await, no);
    assert_eq!(change(&slack, &ada, &slack.say(TEAM, GENERAL, BEN, "x")).await, no);
    assert_eq!(kinds(&slack), [NotOwnMessage; 6]);
    slack.clear_records();
    app.after(3).await;
    app.forget();
    assert_eq!(change(&slack, &ada, &ts(&ada).await).await, ["ok", "ok"]);
    // What they typed is theirs, too.
    assert_eq!(change(&slack, &ada, &slack.say(TEAM, GENERAL, ADA, "x")).await, ["ok", "ok"]);
    let seen = app.after(6).await;
    assert_eq!(seen[1].json["event"]["message"]["edited"]["user"], ADA);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn those_who_manage_a_workspace_delete_what_others_said() {
    let slack = acme().await;
    slack.workspace(TEAM).change_user(ADA, |ada| ada.is_admin = true);
    let (ada, bot) = (Caller::of(&slack, TEAM, ADA, WRITE), Caller::new(&slack, TEAM));
    let theirs = slack.say(TEAM, GENERAL, BEN, "x");
    assert_eq!(change(&slack, &ada, &theirs).await, ["cant_update_message", "ok"]);
    let copy = say(&bot, "x").await["ts"].as_str().unwrap().to_owned();
    assert_eq!(change(&slack, &ada, &copy).await, ["cant_update_message", "ok"]);
}

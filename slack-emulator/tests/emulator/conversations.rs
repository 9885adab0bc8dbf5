//! `conversations.*`.

use serde_json::{Value, json};
use slack_emulator::ViolationKind::{LimitExceeded, Unreadable};
use slack_emulator::{ChannelSetup, ViolationKind};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_and_app, kinds};

fn texts(answer: &Value) -> Vec<&str> {
    let messages = answer["messages"].as_array().unwrap();
    messages.iter().map(|message| message["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn info_tells_of_a_channel() {
    let slack = acme().await;
    slack
        .workspace(TEAM)
        .add_channel(ChannelSetup::new("C0SECRET", "secret").private())
        .add_channel(ChannelSetup::new("C0HIDDEN", "hidden").private().without_bot())
        .add_channel(ChannelSetup::new("C0OLD", "old").archived().without_bot());
    let caller = Caller::new(&slack, TEAM);
    let answer = caller.get(&format!("conversations.info?channel={GENERAL}")).await;
    let channel = &answer["channel"];
    assert_eq!(channel["id"], GENERAL);
    assert_eq!(channel["name"], "general");
    for (field, wanted) in [
        ("is_channel", true),
        ("is_private", false),
        ("is_archived", false),
        ("is_member", true),
        ("is_general", true),
        ("is_ext_shared", false),
        ("is_im", false),
    ] {
        assert_eq!(channel[field], wanted, "{field}");
    }
    let secret = caller.get("conversations.info?channel=C0SECRET").await;
    assert_eq!(secret["channel"]["is_private"], true);
    let old = caller.get("conversations.info?channel=C0OLD").await;
    assert_eq!(old["channel"]["is_archived"], true);
    assert_eq!(old["channel"]["is_member"], false);
    let hidden = caller.get("conversations.info?channel=C0HIDDEN").await;
    assert_eq!(hidden["error"], "channel_not_found");
    assert_eq!(slack.violations(), []);

    slack.workspace(TEAM).without_scope("groups:read");
    let secret = caller.get("conversations.info?channel=C0SECRET").await;
    assert_eq!(
        (&secret["error"], &secret["needed"]),
        (&json!("missing_scope"), &json!("groups:read"))
    );
}

#[tokio::test]
async fn the_bot_joins_public_channels() {
    let (slack, app) = acme_and_app().await;
    slack
        .workspace(TEAM)
        .add_channel(ChannelSetup::new("C0AWAY", "away").without_bot())
        .add_channel(ChannelSetup::new("C0SECRET", "secret").private())
        .add_channel(ChannelSetup::new("C0OLD", "old").archived().without_bot());
    let caller = Caller::new(&slack, TEAM);
    let join = |channel: &str| caller.call("conversations.join", json!({ "channel": channel }));
    let answer = join("C0AWAY").await;
    assert_eq!(answer["channel"]["is_member"], true);
    assert_eq!(answer["warning"], Value::Null);
    let event = &app.after(1).await[0].json["event"];
    assert_eq!(event["subtype"], "channel_join");
    assert_eq!(event["user"], slack.bot_user_id(TEAM).as_str());
    assert_eq!(event["text"], format!("<@{}> has joined the channel", slack.bot_user_id(TEAM)));

    let again = join("C0AWAY").await;
    assert_eq!(again["ok"], true);
    assert_eq!(again["warning"], "already_in_channel");
    assert_eq!(again["response_metadata"]["warnings"], json!(["already_in_channel"]));
    assert_eq!(slack.message_count(TEAM, "C0AWAY"), 1);
    assert_eq!(join("C0SECRET").await["error"], "method_not_supported_for_channel_type");
    assert_eq!(join("C0OLD").await["error"], "is_archived");
    assert_eq!(slack.violations(), []);

    let line = slack.messages(TEAM, "C0AWAY")[0].ts.clone();
    let reply = json!({ "channel": "C0AWAY", "text": "x", "thread_ts": line });
    let answer = caller.call("chat.postMessage", reply).await;
    assert_eq!(answer["error"], "cannot_reply_to_message");
    let query = format!("conversations.replies?channel=C0AWAY&ts={line}");
    assert_eq!(caller.get(&query).await["error"], "thread_not_found");
}

#[tokio::test]
async fn the_bot_leaves_channels_and_can_no_longer_speak_there() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let leave = || caller.call("conversations.leave", json!({ "channel": GENERAL }));
    assert_eq!(leave().await["ok"], true);
    let line = &slack.messages(TEAM, GENERAL)[0].text;
    assert_eq!(*line, format!("<@{}> has left the channel", slack.bot_user_id(TEAM)));
    assert_eq!(leave().await["not_in_channel"], true);
    let post = json!({ "channel": GENERAL, "text": "x" });
    assert_eq!(caller.call("chat.postMessage", post).await["error"], "not_in_channel");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn history_is_newest_first_and_leaves_out_replies() {
    let slack = acme().await;
    let root = slack.say(TEAM, GENERAL, ADA, "one");
    slack.reply(TEAM, GENERAL, BEN, &root, "reply");
    let latest = slack.reply(TEAM, GENERAL, BEN, &root, "another");
    slack.say(TEAM, GENERAL, BEN, "two");
    let caller = Caller::new(&slack, TEAM);
    let answer = caller.call("conversations.history", json!({ "channel": GENERAL })).await;
    assert_eq!(texts(&answer), ["two", "one"]);
    assert_eq!(answer["has_more"], false);
    assert_eq!(answer["response_metadata"], Value::Null);
    let message = &answer["messages"][1];
    assert_eq!(message["thread_ts"], root.as_str());
    assert_eq!(message["reply_count"], 2);
    assert_eq!(message["reply_users"], json!([BEN]));
    assert_eq!(message["latest_reply"], latest.as_str());
    assert_eq!(message["user"], ADA);
    assert_eq!(answer["messages"][0]["thread_ts"], Value::Null);
}

#[tokio::test]
async fn history_has_pages() {
    let slack = acme().await;
    for number in 0..5 {
        slack.say(TEAM, GENERAL, ADA, &number.to_string());
    }
    let caller = Caller::new(&slack, TEAM);
    let mut found = Vec::new();
    let mut cursor = String::new();
    for page in 0..3 {
        let pairs = [("channel", GENERAL), ("limit", "2"), ("cursor", cursor.as_str())];
        let answer = caller.form("conversations.history", &pairs).await;
        found.extend(texts(&answer).into_iter().map(str::to_owned));
        assert_eq!(answer["has_more"], page < 2);
        cursor = answer["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
        // What is said meanwhile does not shift the pages.
        slack.say(TEAM, GENERAL, ADA, "later");
    }
    assert_eq!(found, ["4", "3", "2", "1", "0"]);
    assert_eq!(cursor, "");
    for (pairs, error) in [
        ([("channel", GENERAL), ("cursor", "nonsense")], "invalid_cursor"),
        ([("channel", GENERAL), ("limit", "0")], "invalid_limit"),
    ] {
        assert_eq!(caller.form("conversations.history", &pairs).await["error"], error);
    }
    let greedy = [("channel", GENERAL), ("limit", "5000")];
    assert_eq!(caller.form("conversations.history", &greedy).await["ok"], true);
    assert_eq!(kinds(&slack), [Unreadable, LimitExceeded, LimitExceeded]);
}

#[tokio::test]
async fn history_can_be_bounded_in_time() {
    let slack = acme().await;
    let stamps: Vec<_> =
        ["a", "b", "c"].iter().map(|text| slack.say(TEAM, GENERAL, ADA, text)).collect();
    let caller = Caller::new(&slack, TEAM);
    let history = async |more: Value| {
        let mut arguments = json!({ "channel": GENERAL });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = caller.call("conversations.history", arguments).await;
        texts(&answer).join("")
    };
    assert_eq!(history(json!({ "oldest": stamps[0] })).await, "cb");
    assert_eq!(history(json!({ "latest": stamps[2] })).await, "ba");
    assert_eq!(history(json!({ "oldest": stamps[0], "latest": stamps[2] })).await, "b");
    assert_eq!(
        history(json!({ "oldest": stamps[1], "latest": stamps[2], "inclusive": true })).await,
        "cb"
    );
    assert_eq!(
        history(json!({ "oldest": stamps[1], "latest": stamps[1], "inclusive": true })).await,
        "b"
    );
    assert_eq!(history(json!({ "oldest": "0" })).await, "cba");
    let wrong = caller.call("conversations.history", json!({ "channel": GENERAL, "oldest": "x" }));
    assert_eq!(wrong.await["error"], "invalid_ts_oldest");
    let wrong = caller.call("conversations.history", json!({ "channel": GENERAL, "latest": "x" }));
    assert_eq!(wrong.await["error"], "invalid_ts_latest");
}

#[tokio::test]
async fn metadata_is_shown_whole_only_when_asked_for() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let metadata = json!({ "event_type": "copy", "event_payload": { "id": "1" } });
    let post = json!({ "channel": GENERAL, "text": "x", "metadata": metadata });
    let ts = caller.call("chat.postMessage", post).await["ts"].clone();
    for method in ["conversations.history", "conversations.replies"] {
        let arguments = |all: bool| {
            let mut arguments = json!({ "channel": GENERAL, "include_all_metadata": all });
            if method == "conversations.replies" {
                arguments["ts"] = ts.clone();
            }
            arguments
        };
        let brief = caller.call(method, arguments(false)).await;
        assert_eq!(brief["messages"][0]["metadata"], json!({ "event_type": "copy" }));
        let full = caller.call(method, arguments(true)).await;
        assert_eq!(full["messages"][0]["metadata"], metadata);
    }
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn histories_are_for_members() {
    let slack = acme().await;
    slack
        .workspace(TEAM)
        .add_channel(ChannelSetup::new("C0AWAY", "away").without_bot())
        .add_channel(ChannelSetup::new("C0HIDDEN", "hidden").private().without_bot());
    let ts = slack.say(TEAM, "C0AWAY", ADA, "x");
    let caller = Caller::new(&slack, TEAM);
    for (query, error) in [
        ("conversations.history?channel=C0AWAY".to_owned(), "not_in_channel"),
        (format!("conversations.replies?channel=C0AWAY&ts={ts}"), "not_in_channel"),
        ("conversations.history?channel=C0HIDDEN".to_owned(), "channel_not_found"),
    ] {
        assert_eq!(caller.get(&query).await["error"], error);
    }
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_thread_is_its_root_and_then_its_replies_in_pages() {
    let slack = acme().await;
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let stamps: Vec<_> =
        ["a", "b", "c"].iter().map(|text| slack.reply(TEAM, GENERAL, BEN, &root, text)).collect();
    slack.say(TEAM, GENERAL, ADA, "elsewhere");
    let caller = Caller::new(&slack, TEAM);
    let query = format!("conversations.replies?channel={GENERAL}&ts={root}");
    let answer = caller.get(&query).await;
    assert_eq!(texts(&answer), ["root", "a", "b", "c"]);
    assert_eq!(answer["has_more"], false);
    assert_eq!(answer["messages"][0]["reply_count"], 3);
    assert_eq!(answer["messages"][1]["parent_user_id"], ADA);

    let first = caller.get(&format!("{query}&limit=2")).await;
    assert_eq!(texts(&first), ["root", "a"]);
    assert_eq!(first["has_more"], true);
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap().replace('=', "%3D");
    let second = caller.get(&format!("{query}&limit=2&cursor={cursor}")).await;
    assert_eq!(texts(&second), ["b", "c"]);
    assert_eq!(second["has_more"], false);

    let since = caller.get(&format!("{query}&oldest={}", stamps[0])).await;
    assert_eq!(texts(&since), ["root", "b", "c"]);
    let query = format!("conversations.replies?channel={GENERAL}&ts={}", stamps[0]);
    assert_eq!(texts(&caller.get(&query).await), ["a"]);
    let query = format!("conversations.replies?channel={GENERAL}&ts=1600000000.000100");
    assert_eq!(caller.get(&query).await["error"], "thread_not_found");
    assert_eq!(kinds(&slack), [ViolationKind::UnknownId]);
}

#[tokio::test]
async fn histories_give_fewer_messages_at_once_to_apps_that_count_as_distributed() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let root = slack.say(TEAM, GENERAL, ADA, "root").to_string();
    for number in 0..3 {
        slack.say(TEAM, GENERAL, ADA, &format!("message {number}"));
        slack.reply(TEAM, GENERAL, BEN, &root, &format!("reply {number}"));
    }
    slack.switch(|switches| switches.history_page = Some(2));
    let history = caller.get(&format!("conversations.history?channel={GENERAL}&limit=100")).await;
    assert_eq!(
        (texts(&history), &history["has_more"]),
        (vec!["message 2", "message 1"], &json!(true))
    );
    let replies =
        caller.get(&format!("conversations.replies?channel={GENERAL}&ts={root}&limit=100")).await;
    assert_eq!((texts(&replies), &replies["has_more"]), (vec!["root", "reply 0"], &json!(true)));
}

#[tokio::test]
async fn messages_have_addresses() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let root = slack.say(TEAM, GENERAL, ADA, "root").to_string();
    let reply = slack.reply(TEAM, GENERAL, BEN, &root, "reply").to_string();
    let of = async |ts: &str| {
        caller.get(&format!("chat.getPermalink?channel={GENERAL}&message_ts={ts}")).await
    };
    let place =
        |ts: &str| format!("https://acme.slack.com/archives/{GENERAL}/p{}", ts.replace('.', ""));
    assert_eq!(of(&root).await["permalink"], place(&root));
    assert_eq!(
        of(&reply).await["permalink"],
        format!("{}?thread_ts={root}&cid={GENERAL}", place(&reply))
    );
    assert_eq!(slack.violations(), []);
    assert_eq!(of("1.000001").await["error"], "message_not_found");
}

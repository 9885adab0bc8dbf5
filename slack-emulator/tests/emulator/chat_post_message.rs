//! `chat.postMessage`.

use serde_json::{Value, json};
use slack_emulator::ViolationKind::{
    InvalidBlocks, InvalidMetadata, LimitExceeded, ReplyToReply, UnknownId, WrongType,
};
use slack_emulator::{ChannelSetup, LongText, SlackEmulator, ViolationKind};

use crate::support::{ADA, Caller, GENERAL, TEAM, acme, kinds};

async fn post(slack: &SlackEmulator, arguments: Value) -> Value {
    Caller::new(slack, TEAM).call("chat.postMessage", arguments).await
}

#[tokio::test]
async fn a_message_is_posted_and_shown() {
    let slack = acme().await;
    let answer = post(&slack, json!({ "channel": GENERAL, "text": "hello" })).await;
    assert_eq!(answer["ok"], true);
    assert_eq!(answer["channel"], GENERAL);
    assert_eq!(answer["ts"], answer["message"]["ts"]);
    assert_eq!(answer["message"]["text"], "hello");
    assert_eq!(answer["message"]["type"], "message");
    assert_eq!(answer["message"]["bot_id"], slack.bot_id(TEAM).as_str());
    let shown = &slack.messages(TEAM, GENERAL)[0];
    assert_eq!(shown.ts.as_str(), answer["ts"].as_str().unwrap());
    assert_eq!(shown.author, "SyncBot");
    assert_eq!(shown.bot_id, Some(slack.bot_id(TEAM)));
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_channel_may_be_named() {
    let slack = acme().await;
    for name in ["general", "#general"] {
        let answer = post(&slack, json!({ "channel": name, "text": "hi" })).await;
        assert_eq!(answer["channel"], GENERAL);
    }
}

#[tokio::test]
async fn the_other_arguments_are_taken() {
    let slack = acme().await;
    let arguments = json!({
        "channel": GENERAL, "text": "hi", "unfurl_links": false, "unfurl_media": false,
        "mrkdwn": true, "link_names": false, "parse": "none", "client_msg_id": "1",
    });
    assert_eq!(post(&slack, arguments).await["ok"], true);
    let form = [("channel", GENERAL), ("text", "hi"), ("unfurl_links", "false")];
    assert_eq!(Caller::new(&slack, TEAM).form("chat.postMessage", &form).await["ok"], true);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn something_has_to_be_said() {
    let slack = acme().await;
    for nothing in [json!({}), json!({ "text": "  " }), json!({ "text": "", "blocks": [] })] {
        let mut arguments = nothing;
        arguments["channel"] = json!(GENERAL);
        assert_eq!(post(&slack, arguments).await["error"], "no_text");
    }
    assert_eq!(kinds(&slack), [ViolationKind::MissingArgument; 3]);
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
}

#[tokio::test]
async fn blocks_do_without_text_within_their_bounds() {
    let slack = acme().await;
    let block = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "hi" } });
    let answer = post(&slack, json!({ "channel": GENERAL, "blocks": [block] })).await;
    assert_eq!(answer["message"]["blocks"], json!([block]));
    assert_eq!(slack.violations(), []);

    let many = vec![json!({ "type": "divider" }); 51];
    let answer = post(&slack, json!({ "channel": GENERAL, "text": "x", "blocks": many })).await;
    assert_eq!(answer["error"], "invalid_blocks");
    assert_eq!(
        answer["response_metadata"]["messages"][0],
        "[ERROR] no more than 50 items allowed [json-pointer:/blocks]"
    );
    let form = [("channel", GENERAL), ("blocks", "no json")];
    let answer = Caller::new(&slack, TEAM).form("chat.postMessage", &form).await;
    assert_eq!(answer["error"], "invalid_blocks_format");
    assert_eq!(kinds(&slack), [LimitExceeded, InvalidBlocks]);
}

#[tokio::test]
async fn a_long_text_becomes_several_messages_and_the_first_is_named() {
    let slack = acme().await;
    let text = "word ".repeat(2_000);
    let answer = post(&slack, json!({ "channel": GENERAL, "text": text })).await;
    let shown = slack.messages(TEAM, GENERAL);
    assert_eq!(shown.len(), 3);
    assert_eq!(answer["ts"], shown[0].ts.as_str());
    let joined: String = shown.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(joined, text);
    assert_eq!(kinds(&slack), [LimitExceeded]);
}

#[tokio::test]
async fn the_pieces_of_a_long_reply_stay_in_the_thread_and_only_the_first_is_marked() {
    let slack = acme().await;
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let metadata = json!({ "event_type": "copy", "event_payload": {} });
    let arguments = json!({
        "channel": GENERAL, "text": "x".repeat(5_000), "thread_ts": root, "metadata": metadata,
    });
    post(&slack, arguments).await;
    let shown = slack.messages(TEAM, GENERAL);
    assert!(shown[1..].iter().all(|message| message.thread_ts.as_ref() == Some(&root)));
    assert_eq!(shown[1].metadata, Some(metadata));
    assert_eq!(shown[2].metadata, None);
}

#[tokio::test]
async fn a_text_ends_at_forty_thousand_characters() {
    let slack = acme().await;
    post(&slack, json!({ "channel": GENERAL, "text": "é".repeat(50_000) })).await;
    let shown = slack.messages(TEAM, GENERAL);
    assert_eq!(shown.iter().map(|message| message.text.chars().count()).sum::<usize>(), 40_000);
}

#[tokio::test]
async fn with_blocks_a_long_text_stays_whole() {
    let slack = acme().await;
    let blocks = json!([{ "type": "divider" }]);
    let arguments = json!({ "channel": GENERAL, "text": "x".repeat(5_000), "blocks": blocks });
    assert_eq!(post(&slack, arguments).await["ok"], true);
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
}

#[tokio::test]
async fn a_long_text_may_be_refused_instead() {
    let slack = acme().await;
    slack.switch(|switches| switches.long_text = LongText::Refuse);
    let answer = post(&slack, json!({ "channel": GENERAL, "text": "x".repeat(4_001) })).await;
    assert_eq!(answer["error"], "msg_too_long");
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    let answer = post(&slack, json!({ "channel": GENERAL, "text": "x".repeat(4_000) })).await;
    assert_eq!(answer["ok"], true);
}

#[tokio::test]
async fn a_thread_is_named_by_its_root() {
    let slack = acme().await;
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let reply = slack.reply(TEAM, GENERAL, ADA, &root, "reply");
    let answer = post(&slack, json!({ "channel": GENERAL, "text": "x", "thread_ts": root })).await;
    assert_eq!(answer["message"]["thread_ts"], root.as_str());
    assert_eq!(answer["message"]["parent_user_id"], ADA);
    for (thread_ts, error) in [
        (reply.as_str(), "cannot_reply_to_message"),
        ("1600000000.000100", "thread_not_found"),
        ("yesterday", "thread_not_found"),
    ] {
        let arguments = json!({ "channel": GENERAL, "text": "x", "thread_ts": thread_ts });
        assert_eq!(post(&slack, arguments).await["error"], error);
    }
    let number = json!({ "channel": GENERAL, "text": "x", "thread_ts": 1_600_000_000.5 });
    assert_eq!(post(&slack, number).await["error"], "invalid_arguments");
    assert_eq!(kinds(&slack), [ReplyToReply, UnknownId, UnknownId, WrongType]);
}

#[tokio::test]
async fn a_reply_can_be_shown_in_the_channel_too() {
    let slack = acme().await;
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let arguments =
        json!({ "channel": GENERAL, "text": "all", "thread_ts": root, "reply_broadcast": true });
    assert_eq!(post(&slack, arguments).await["message"]["subtype"], "thread_broadcast");
    let shown = &slack.messages(TEAM, GENERAL)[1];
    assert!(shown.broadcast);
    let alone = json!({ "channel": GENERAL, "text": "x", "reply_broadcast": true });
    assert_eq!(post(&slack, alone).await["message"]["subtype"], Value::Null);
}

#[tokio::test]
async fn a_name_and_picture_count_only_with_the_scope() {
    let slack = acme().await;
    let dressed = json!({
        "channel": GENERAL, "text": "x",
        "username": "Ada (Birch)", "icon_url": "http://example.com/a.png",
    });
    let answer = post(&slack, dressed.clone()).await;
    assert_eq!(answer["message"]["subtype"], "bot_message");
    assert_eq!(answer["message"]["username"], "Ada (Birch)");
    slack.workspace(TEAM).without_scope("chat:write.customize");
    let answer = post(&slack, dressed).await;
    assert_eq!(answer["ok"], true);
    assert_eq!(answer["message"]["username"], Value::Null);
    let emoji = json!({ "channel": GENERAL, "text": "x", "icon_emoji": ":tada:" });
    slack.workspace(TEAM).scopes(["chat:write", "chat:write.customize"]);
    post(&slack, emoji).await;
    let shown = slack.messages(TEAM, GENERAL);
    assert_eq!(shown[0].author, "Ada (Birch)");
    assert_eq!(shown[0].avatar.as_deref(), Some("http://example.com/a.png"));
    assert_eq!(shown[1].author, "SyncBot");
    assert_eq!(shown[2].icon_emoji.as_deref(), Some(":tada:"));
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn metadata_is_kept_if_it_is_in_order() {
    let slack = acme().await;
    let good = json!({ "event_type": "copy", "event_payload": { "id": "1", "list": [1] } });
    let answer = post(&slack, json!({ "channel": GENERAL, "text": "x", "metadata": good })).await;
    assert_eq!(answer["message"]["metadata"], good);
    assert_eq!(slack.messages(TEAM, GENERAL)[0].metadata, Some(good));
    let large = json!({ "event_type": "copy", "event_payload": { "x": "x".repeat(8_192) } });
    for (metadata, error) in [
        (json!({ "event_type": "copy", "event_payload": "text" }), "invalid_metadata_schema"),
        (json!({ "event_payload": {} }), "invalid_metadata_schema"),
        (json!([]), "invalid_metadata_format"),
        (json!("no json"), "invalid_metadata_format"),
        (large, "metadata_too_large"),
    ] {
        let arguments = json!({ "channel": GENERAL, "text": "x", "metadata": metadata });
        assert_eq!(post(&slack, arguments).await["error"], error);
    }
    assert_eq!(slack.message_count(TEAM, GENERAL), 1);
    let expected = [InvalidMetadata, InvalidMetadata, InvalidMetadata, InvalidMetadata];
    assert_eq!(kinds(&slack)[..4], expected);
    assert_eq!(kinds(&slack)[4], LimitExceeded);
}

#[tokio::test]
async fn a_client_msg_id_deduplicates_only_if_switched_on() {
    let slack = acme().await;
    let arguments = json!({ "channel": GENERAL, "text": "x", "client_msg_id": "the-same" });
    let first = post(&slack, arguments.clone()).await;
    let second = post(&slack, arguments.clone()).await;
    assert_ne!(first["ts"], second["ts"]);
    slack.switch(|switches| switches.client_msg_id_deduplicates = true);
    let third = post(&slack, arguments).await;
    assert_eq!(third["ok"], true);
    assert_eq!(third["ts"], first["ts"]);
    assert_eq!(slack.message_count(TEAM, GENERAL), 2);
}

#[tokio::test]
async fn the_bot_has_to_be_in_the_channel() {
    let slack = acme().await;
    slack
        .workspace(TEAM)
        .add_channel(ChannelSetup::new("C0AWAY", "away").without_bot())
        .add_channel(ChannelSetup::new("C0SECRET", "secret").private().without_bot())
        .add_channel(ChannelSetup::new("C0OLD", "old").archived());
    for (channel, error) in
        [("C0AWAY", "not_in_channel"), ("C0SECRET", "channel_not_found"), ("C0OLD", "is_archived")]
    {
        let answer = post(&slack, json!({ "channel": channel, "text": "x" })).await;
        assert_eq!(answer["error"], error);
    }
    slack.workspace(TEAM).scopes(["chat:write", "chat:write.public"]);
    assert_eq!(post(&slack, json!({ "channel": "C0AWAY", "text": "x" })).await["ok"], true);
    // An app cannot know these beforehand.
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn time_stamps_rise_and_are_text() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let mut last = String::new();
    for _ in 0..50 {
        let arguments = json!({ "channel": GENERAL, "text": "x" });
        let answer = caller.call("chat.postMessage", arguments).await;
        let ts = answer["ts"].as_str().unwrap().to_owned();
        assert_eq!(ts.len(), 17);
        assert!(ts > last);
        last = ts;
    }
}

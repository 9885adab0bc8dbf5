//! What is in an event.

use serde_json::{Value, json};
use slack_emulator::UserPost;

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme_and_app};

#[tokio::test]
async fn the_envelope_names_workspace_app_and_bot() {
    let (slack, app) = acme_and_app().await;
    slack.say(TEAM, GENERAL, ADA, "hello");
    let envelope = &app.after(1).await[0].json;
    assert_eq!(envelope["type"], "event_callback");
    assert_eq!(envelope["team_id"], TEAM);
    assert_eq!(envelope["context_team_id"], TEAM);
    assert_eq!(envelope["context_enterprise_id"], Value::Null);
    assert_eq!(envelope["api_app_id"], slack.app_id());
    assert!(envelope["event_id"].as_str().unwrap().starts_with("Ev"));
    assert!(envelope["event_time"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(envelope["is_ext_shared_channel"], false);
    assert!(envelope["event_context"].as_str().unwrap().starts_with("4-"));
    assert!(envelope["token"].is_string());
    assert_eq!(
        envelope["authorizations"],
        json!([{
            "enterprise_id": null,
            "team_id": TEAM,
            "user_id": slack.bot_user_id(TEAM),
            "is_bot": true,
            "is_enterprise_install": false,
        }])
    );
}

#[tokio::test]
async fn a_persons_message_has_a_client_id_and_a_rich_text_block() {
    let (slack, app) = acme_and_app().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hi <@U0BEN> &amp; *all*");
    let mut event = app.after(1).await[0].json["event"].clone();
    let client_msg_id = event["client_msg_id"].take();
    assert_eq!(client_msg_id.as_str().unwrap().len(), 36);
    assert_eq!(
        event,
        json!({
            "type": "message",
            "user": ADA,
            "text": "hi <@U0BEN> &amp; *all*",
            "ts": ts,
            "event_ts": ts,
            "team": TEAM,
            "channel": GENERAL,
            "channel_type": "channel",
            "client_msg_id": null,
            "blocks": [{ "type": "rich_text", "elements": [{
                "type": "rich_text_section",
                "elements": [
                    { "type": "text", "text": "hi " },
                    { "type": "user", "user_id": "U0BEN" },
                    { "type": "text", "text": " & " },
                    { "type": "text", "text": "all", "style": { "bold": true } },
                ],
            }] }],
        })
    );
}

#[tokio::test]
async fn a_reply_names_its_root_and_the_roots_author() {
    let (slack, app) = acme_and_app().await;
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    slack.reply(TEAM, GENERAL, BEN, &root, "reply");
    let event = &app.after(2).await[1].json["event"];
    assert_eq!(event["thread_ts"], root.as_str());
    assert_eq!(event["parent_user_id"], ADA);
    assert_eq!(event["subtype"], Value::Null);
}

#[tokio::test]
async fn a_broadcast_reply_shows_its_root_and_may_come_twice() {
    let (slack, app) = acme_and_app().await;
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let post = UserPost::new(BEN, "to all").in_thread(&root).broadcast();
    slack.post(TEAM, GENERAL, post.clone()).unwrap();
    let event = &app.after(2).await[1].json["event"];
    assert_eq!(event["subtype"], "thread_broadcast");
    assert_eq!(event["root"]["text"], "root");
    assert_eq!(event["root"]["reply_count"], 1);

    slack.switch(|switches| switches.broadcast_sends_plain_event_too = true);
    slack.post(TEAM, GENERAL, post).unwrap();
    let seen = app.after(4).await;
    let (first, second) = (&seen[2].json, &seen[3].json);
    assert_eq!(first["event"]["subtype"], "thread_broadcast");
    assert_eq!(second["event"]["subtype"], Value::Null);
    assert_eq!(first["event"]["ts"], second["event"]["ts"]);
    assert_ne!(first["event_id"], second["event_id"]);
}

#[tokio::test]
async fn the_bots_own_messages_are_events_too() {
    let (slack, app) = acme_and_app().await;
    let caller = Caller::new(&slack, TEAM);
    let metadata = json!({ "event_type": "copy", "event_payload": { "id": "1" } });
    let plain = json!({ "channel": GENERAL, "text": "plain", "metadata": metadata });
    caller.call("chat.postMessage", plain).await;
    let event = &app.after(1).await[0].json["event"];
    assert_eq!(event["user"], slack.bot_user_id(TEAM).as_str());
    assert_eq!(event["bot_id"], slack.bot_id(TEAM).as_str());
    assert_eq!(event["app_id"], slack.app_id());
    assert_eq!(event["bot_profile"]["app_id"], slack.app_id());
    assert_eq!(event["bot_profile"]["name"], "SyncBot");
    assert_eq!(event["metadata"], metadata);
    for absent in ["subtype", "client_msg_id", "username"] {
        assert_eq!(event[absent], Value::Null, "{absent}");
    }
}

#[tokio::test]
async fn a_customised_bot_message_says_so() {
    let (slack, app) = acme_and_app().await;
    let caller = Caller::new(&slack, TEAM);
    let dressed = json!({
        "channel": GENERAL, "text": "dressed",
        "username": "Ada (Birch)", "icon_url": "http://example.com/a.png",
    });
    caller.call("chat.postMessage", dressed).await;
    let ghost = json!({
        "channel": GENERAL, "text": "boo",
        "icon_emoji": ":ghost:", "icon_url": "http://example.com/a.png",
    });
    caller.call("chat.postMessage", ghost).await;
    let seen = app.after(2).await;
    let event = &seen[0].json["event"];
    assert_eq!(event["subtype"], "bot_message");
    assert_eq!(event["username"], "Ada (Birch)");
    assert_eq!(event["icons"]["image_48"], "http://example.com/a.png");
    assert_eq!(event["bot_id"], slack.bot_id(TEAM).as_str());
    assert_eq!(event["app_id"], slack.app_id());
    assert_eq!(event["user"], Value::Null);
    let event = &seen[1].json["event"];
    assert_eq!(event["icons"], json!({ "emoji": ":ghost:" }));
    assert_eq!(event["username"], "SyncBot");
}

#[tokio::test]
async fn events_come_only_from_channels_that_the_bot_is_in_and_may_read() {
    use slack_emulator::ChannelSetup;

    let (slack, app) = acme_and_app().await;
    let acme = slack.workspace(TEAM);
    acme.add_channel(ChannelSetup::new("C0SECRET", "secret").private())
        .add_channel(ChannelSetup::new("C0AWAY", "away").without_bot());
    slack.say(TEAM, "C0AWAY", ADA, "not heard");
    slack.say(TEAM, "C0SECRET", ADA, "heard in private");
    acme.without_scope("groups:history");
    slack.say(TEAM, "C0SECRET", ADA, "not heard");
    acme.let_in("C0AWAY", &slack.bot_user_id(TEAM));
    slack.say(TEAM, "C0AWAY", ADA, "heard");
    acme.remove_bot("C0AWAY");
    slack.say(TEAM, "C0AWAY", ADA, "not heard");
    slack.say(TEAM, GENERAL, ADA, "the end");
    let seen = app.after(3).await;
    let private = seen.iter().find(|seen| seen.text() == "heard in private").unwrap();
    assert_eq!(private.json["event"]["channel_type"], "group");
    let mut texts = app.texts();
    texts.sort();
    assert_eq!(texts, ["heard", "heard in private", "the end"]);
}

//! What other apps say, and what people's clients send besides text.

use serde_json::{Value, json};
use slack_emulator::{AppPost, UserPost};

use crate::support::{ADA, Caller, GENERAL, TEAM, acme_and_app};

#[tokio::test]
async fn another_app_posts_and_changes_its_message_and_it_is_not_ours() {
    let (slack, app) = acme_and_app().await;
    let blocks = json!([{ "type": "divider" }]);
    let post = AppPost::new("Poll", "vote").with_blocks(blocks.clone());
    let ts = slack.app_posts(TEAM, GENERAL, post);
    let event = app.after(1).await[0].json["event"].clone();
    assert_eq!((&event["subtype"], &event["username"]), (&json!("bot_message"), &json!("Poll")));
    assert_eq!((&event["bot_id"], &event["app_id"]), (&json!("B0POLL"), &json!("A0POLL")));
    assert_eq!((&event["blocks"], &event["user"]), (&blocks, &Value::Null));

    let closed = AppPost::new("Poll", "closed").attach(json!({ "text": "12 votes" }));
    slack.app_updates(TEAM, GENERAL, &ts, closed);
    let event = app.after(2).await[1].json["event"].clone();
    assert_eq!(event["subtype"], "message_changed");
    assert_eq!(event["message"]["attachments"], json!([{ "text": "12 votes" }]));
    assert_eq!(event["message"]["blocks"], Value::Null);
    let shown = &slack.messages(TEAM, GENERAL)[0];
    assert_eq!((shown.author.as_str(), shown.text.as_str()), ("Poll", "closed"));
    assert_eq!((&shown.user, &shown.avatar), (&None, &None));

    let arguments = json!({ "channel": GENERAL, "ts": ts, "text": "ours" });
    let answer = Caller::new(&slack, TEAM).call("chat.update", arguments).await;
    assert_eq!(answer["error"], "cant_update_message");
}

#[tokio::test]
async fn a_person_sends_blocks_and_attachments_without_a_text() {
    let (slack, app) = acme_and_app().await;
    let blocks =
        json!([{ "type": "image", "image_url": "https://gif.example/1", "alt_text": "cat" }]);
    slack.post(TEAM, GENERAL, UserPost::new(ADA, "").with_blocks(blocks.clone())).unwrap();
    let picture = json!({ "fallback": "cat", "image_url": "https://gif.example/1" });
    slack.post(TEAM, GENERAL, UserPost::new(ADA, "").attach(picture.clone())).unwrap();
    let events = app.after(2).await;
    assert_eq!(events[0].json["event"]["blocks"], blocks);
    assert_eq!(events[1].json["event"]["attachments"], json!([picture]));
    assert_eq!(events[1].json["event"]["blocks"], Value::Null);
    assert_eq!(slack.messages(TEAM, GENERAL)[1].attachments.len(), 1);
}

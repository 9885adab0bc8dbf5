//! Reactions, as people add them and as the app hears of them.

use serde_json::{Value, json};
use slack_emulator::{ActError, UserAct};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_and_app};

#[tokio::test]
async fn a_reaction_is_told_when_it_comes_and_when_it_goes() {
    let (slack, app) = acme_and_app().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    let added = slack.react(TEAM, GENERAL, BEN, &ts, "wave::skin-tone-3");
    let removed = slack.unreact(TEAM, GENERAL, BEN, &ts, "wave::skin-tone-3");
    let seen = app.after(3).await;
    let expected = |name: &str, at: &str| {
        json!({
            "type": name,
            "user": BEN,
            "reaction": "wave::skin-tone-3",
            "item": { "type": "message", "channel": GENERAL, "ts": ts },
            "item_user": ADA,
            "event_ts": at,
        })
    };
    assert_eq!(seen[1].json["event"], expected("reaction_added", &added));
    assert_eq!(seen[2].json["event"], expected("reaction_removed", &removed));
    assert!(removed > added);
}

#[tokio::test]
async fn reactions_are_counted_by_emoji_and_shown_with_the_message() {
    let slack = acme().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    slack.react(TEAM, GENERAL, ADA, &ts, "tada");
    slack.react(TEAM, GENERAL, BEN, &ts, "tada");
    slack.react(TEAM, GENERAL, BEN, &ts, "+1");
    let shown = &slack.messages(TEAM, GENERAL)[0].reactions;
    assert_eq!((shown[0].name.as_str(), shown[0].users.len()), ("tada", 2));
    let caller = Caller::new(&slack, TEAM);
    let history = caller.get(&format!("conversations.history?channel={GENERAL}")).await;
    assert_eq!(
        history["messages"][0]["reactions"],
        json!([
            { "name": "tada", "users": [ADA, BEN], "count": 2 },
            { "name": "+1", "users": [BEN], "count": 1 },
        ])
    );
    slack.unreact(TEAM, GENERAL, BEN, &ts, "+1");
    assert_eq!(slack.messages(TEAM, GENERAL)[0].reactions.len(), 1);
}

#[tokio::test]
async fn an_impossible_reaction_is_refused() {
    let slack = acme().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    slack.react(TEAM, GENERAL, ADA, &ts, "tada");
    let react = |emoji: &str| {
        let act = UserAct::React { ts: ts.clone(), emoji: emoji.to_owned() };
        slack.act(TEAM, GENERAL, ADA, act).unwrap_err()
    };
    assert_eq!(react("tada"), ActError::AlreadyReacted(ADA.into(), "tada".to_owned()));
    for emoji in ["bowtie", "tada::skin-tone-2", ":tada:"] {
        assert_eq!(react(emoji), ActError::UnknownEmoji(emoji.to_owned()));
    }
    let unreact = UserAct::Unreact { ts: ts.clone(), emoji: "+1".to_owned() };
    let error = slack.act(TEAM, GENERAL, ADA, unreact).unwrap_err();
    assert_eq!(error.to_string(), "U0ADA has not reacted with +1");
}

#[tokio::test]
async fn reactions_are_heard_with_their_scope_and_in_the_channel_only() {
    let (slack, app) = acme_and_app().await;
    let caller = Caller::new(&slack, TEAM);
    let post = json!({ "channel": GENERAL, "text": "x", "username": "Ada (Birch)" });
    let ts = caller.call("chat.postMessage", post).await["ts"].as_str().unwrap().to_owned();
    slack.react(TEAM, GENERAL, ADA, &ts, "tada");
    slack.workspace(TEAM).without_scope("reactions:read");
    slack.react(TEAM, GENERAL, BEN, &ts, "tada");
    slack.say(TEAM, GENERAL, ADA, "the end");
    let seen = app.after(3).await;
    // The author of a message under a chosen name is no user.
    assert_eq!(seen[1].json["event"]["item_user"], Value::Null);
    assert_eq!(seen[2].text(), "the end");
}

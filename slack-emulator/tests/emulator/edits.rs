//! What people change about what they said, and what Slack does to it.

use serde_json::{Value, json};
use slack_emulator::{ActError, ChannelSetup, Misplaced, SlackEmulator, UserAct, UserPost};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_and_app};

async fn history(slack: &SlackEmulator) -> Vec<Value> {
    let caller = Caller::new(slack, TEAM);
    let answer = caller.get(&format!("conversations.history?channel={GENERAL}")).await;
    answer["messages"].as_array().unwrap().clone()
}

async fn replies(slack: &SlackEmulator, root: &str) -> Vec<Value> {
    let caller = Caller::new(slack, TEAM);
    let query = format!("conversations.replies?channel={GENERAL}&ts={root}");
    caller.get(&query).await["messages"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_edit_shows_the_message_as_it_is_and_as_it_was() {
    let (slack, app) = acme_and_app().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "helo");
    let at = slack.edit(TEAM, GENERAL, ADA, &ts, "hello *all*");
    let seen = app.after(2).await;
    let (posted, event) = (&seen[0].json["event"], &seen[1].json["event"]);
    for (field, wanted) in [
        ("type", json!("message")),
        ("subtype", json!("message_changed")),
        ("hidden", json!(true)),
        ("channel", json!(GENERAL)),
        ("channel_type", json!("channel")),
        ("ts", json!(at)),
        ("event_ts", json!(at)),
    ] {
        assert_eq!(event[field], wanted, "{field}");
    }
    assert!(at > ts);
    let message = &event["message"];
    assert_eq!(message["ts"], ts.as_str());
    assert_eq!(message["text"], "hello *all*");
    assert_eq!(message["blocks"][0]["elements"][0]["elements"][1]["text"], "all");
    assert_eq!(message["edited"]["user"], ADA);
    assert_eq!(message["edited"]["ts"], format!("{}.000000", &at[..10]));
    assert_eq!(message["client_msg_id"], posted["client_msg_id"]);
    let previous = &event["previous_message"];
    assert_eq!(previous["text"], "helo");
    assert_eq!(previous["edited"], Value::Null);

    let shown = &slack.messages(TEAM, GENERAL)[0];
    assert_eq!(shown.text, "hello *all*");
    assert_eq!(shown.edited.as_deref(), message["edited"]["ts"].as_str());
    let history = history(&slack).await;
    assert_eq!((history.len(), &history[0]["text"]), (1, &json!("hello *all*")));
    assert_eq!(history[0]["edited"], message["edited"]);
}

#[tokio::test]
async fn the_time_of_an_edit_may_be_exact() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.edited_in_whole_seconds = false);
    let ts = slack.say(TEAM, GENERAL, ADA, "one");
    let at = slack.edit(TEAM, GENERAL, ADA, &ts, "two");
    assert_eq!(app.after(2).await[1].json["event"]["message"]["edited"]["ts"], at.as_str());
}

#[tokio::test]
async fn a_deleted_message_is_gone_and_its_last_words_are_told() {
    let (slack, app) = acme_and_app().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "oops");
    let at = slack.delete(TEAM, GENERAL, ADA, &ts);
    let event = &app.after(2).await[1].json["event"];
    assert_eq!(event["subtype"], "message_deleted");
    assert_eq!(event["hidden"], true);
    assert_eq!(event["deleted_ts"], ts.as_str());
    assert_eq!((&event["ts"], &event["event_ts"]), (&json!(at), &json!(at)));
    assert_eq!(event["previous_message"]["text"], "oops");
    assert_eq!(event["previous_message"]["ts"], ts.as_str());
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    assert!(history(&slack).await.is_empty());
    // Time goes on all the same.
    let earlier = UserPost::new(ADA, "again").at(&ts);
    assert!(slack.post(TEAM, GENERAL, earlier).is_err());
}

#[tokio::test]
async fn a_deleted_root_is_a_tombstone_until_its_last_reply_is_gone() {
    let (slack, app) = acme_and_app().await;
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let reply = slack.reply(TEAM, GENERAL, BEN, &root, "reply");
    slack.delete(TEAM, GENERAL, ADA, &root);
    let event = app.after(3).await[2].json["event"].clone();
    assert_eq!(event["subtype"], "message_changed");
    assert_eq!(event["previous_message"]["text"], "root");
    assert_eq!(
        event["message"],
        json!({
            "type": "message",
            "subtype": "tombstone",
            "text": "This message was deleted.",
            "user": "USLACKBOT",
            "hidden": true,
            "ts": root,
            "thread_ts": root,
            "parent_user_id": "USLACKBOT",
            "reply_count": 1,
            "reply_users_count": 1,
            "latest_reply": reply,
            "reply_users": [BEN],
            "is_locked": false,
            "subscribed": false,
        })
    );
    assert_eq!(history(&slack).await, [event["message"].clone()]);
    assert_eq!(replies(&slack, &root).await[1]["text"], "reply");
    assert_eq!(slack.messages(TEAM, GENERAL)[0].subtype.as_deref(), Some("tombstone"));

    slack.delete(TEAM, GENERAL, BEN, &reply);
    let seen = app.after(5).await;
    assert_eq!(seen[3].json["event"]["deleted_ts"], reply.as_str());
    let last = &seen[4].json["event"];
    assert_eq!(last["deleted_ts"], root.as_str());
    assert_eq!(last["previous_message"]["subtype"], "tombstone");
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
}

#[tokio::test]
async fn the_replies_to_a_deleted_root_may_be_sent_again() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.deleted_roots_resend_replies = true);
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let replies = ["one", "two"].map(|text| slack.reply(TEAM, GENERAL, BEN, &root, text));
    slack.delete(TEAM, GENERAL, ADA, &root);
    let seen = app.after(6).await;
    for (seen, reply) in seen[4..].iter().zip(&replies) {
        let event = &seen.json["event"];
        assert_eq!(event["subtype"], "message_changed");
        assert_eq!(event["message"]["ts"], reply.as_str());
        assert_eq!(event["message"]["edited"], Value::Null);
        assert_eq!(event["message"]["text"], event["previous_message"]["text"]);
    }
}

#[tokio::test]
async fn not_every_change_is_an_edit() {
    let (slack, app) = acme_and_app().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "see <https://a.example/x|this>");
    slack.unfurl(TEAM, GENERAL, &ts);
    slack.resend(TEAM, GENERAL, &ts);
    slack.switch(|switches| switches.replies_change_their_root = true);
    slack.reply(TEAM, GENERAL, BEN, &ts, "seen");
    let seen = app.after(5).await;
    let events: Vec<_> = seen.iter().map(|seen| &seen.json["event"]).collect();
    for event in [events[1], events[2], events[4]] {
        assert_eq!(event["subtype"], "message_changed");
        assert_eq!(event["message"]["edited"], Value::Null);
        assert_eq!(event["message"]["text"], event["previous_message"]["text"]);
    }
    assert_eq!(events[1]["message"]["attachments"][0]["from_url"], "https://a.example/x");
    assert_eq!(events[1]["previous_message"]["attachments"], Value::Null);
    assert_eq!(events[2]["message"], events[2]["previous_message"]);
    assert_eq!(events[4]["message"]["reply_count"], 1);
    assert_eq!(slack.messages(TEAM, GENERAL)[0].attachments.len(), 1);
}

#[tokio::test]
async fn what_one_does_has_a_subtype_and_no_blocks() {
    let (slack, app) = acme_and_app().await;
    let ts = slack.post(TEAM, GENERAL, UserPost::new(ADA, "waves").me()).unwrap();
    slack.edit(TEAM, GENERAL, ADA, &ts, "waves again");
    let seen = app.after(2).await;
    let event = &seen[0].json["event"];
    assert_eq!((&event["subtype"], &event["user"]), (&json!("me_message"), &json!(ADA)));
    assert_eq!(event["blocks"], Value::Null);
    assert_eq!(seen[1].json["event"]["message"]["subtype"], "me_message");
    assert_eq!(seen[1].json["event"]["message"]["blocks"], Value::Null);
}

#[tokio::test]
async fn people_change_their_own_messages_alone() {
    let slack = acme().await;
    slack.workspace(TEAM).add_channel(ChannelSetup::new("C0OLD", "old"));
    let ts = slack.say(TEAM, GENERAL, ADA, "mine");
    let old = slack.say(TEAM, "C0OLD", ADA, "old");
    slack.workspace(TEAM).set_archived("C0OLD", true);
    let edit = |ts: &str, text: &str| UserAct::Edit { ts: ts.into(), text: text.to_owned() };
    let delete = |ts: &str| UserAct::Delete { ts: ts.into() };
    let act = |channel: &str, user: &str, act| slack.act(TEAM, channel, user, act).unwrap_err();
    let not_theirs = ActError::NotTheirs(BEN.into(), ts.clone());
    assert_eq!(act(GENERAL, BEN, edit(&ts, "yours")), not_theirs);
    assert_eq!(act(GENERAL, BEN, delete(&ts)), not_theirs);
    assert_eq!(act(GENERAL, ADA, edit(&ts, " ")), ActError::NoText);
    let unknown = ActError::UnknownMessage("1600000000.000100".into());
    assert_eq!(act(GENERAL, ADA, edit("1600000000.000100", "x")), unknown);
    let archived = ActError::Misplaced(Misplaced::Archived("C0OLD".into()));
    assert_eq!(act("C0OLD", ADA, delete(&old)), archived);
    // Who manages the workspace may delete, but never edit.
    slack.workspace(TEAM).change_user(BEN, |ben| ben.is_admin = true);
    assert_eq!(act(GENERAL, BEN, edit(&ts, "yours")), not_theirs);
    slack.delete(TEAM, GENERAL, BEN, &ts);
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
}

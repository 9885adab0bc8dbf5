//! What becomes of channels.

use serde_json::{Value, json};
use slack_emulator::{ChannelAct, ChannelActError, ChannelSetup};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_and_app};

#[tokio::test]
async fn a_channel_gets_another_name() {
    let (slack, app) = acme_and_app().await;
    slack.rename_channel(TEAM, GENERAL, ADA, "lobby");
    let seen = app.after(2).await;
    let line = &seen[0].json["event"];
    assert_eq!((&line["type"], &line["subtype"]), (&json!("message"), &json!("channel_name")));
    assert_eq!((&line["old_name"], &line["name"]), (&json!("general"), &json!("lobby")));
    assert_eq!(line["user"], ADA);
    let event = &seen[1].json["event"];
    assert_eq!(event["type"], "channel_rename");
    assert_eq!(event["channel"]["id"], GENERAL);
    assert_eq!(event["channel"]["name"], "lobby");
    assert!(event["event_ts"].is_string());
    let info =
        Caller::new(&slack, TEAM).get(&format!("conversations.info?channel={GENERAL}")).await;
    assert_eq!(info["channel"]["name"], "lobby");
}

#[tokio::test]
async fn a_channel_is_archived_and_brought_back() {
    let (slack, app) = acme_and_app().await;
    slack.archive_channel(TEAM, GENERAL, ADA);
    let post = json!({ "channel": GENERAL, "text": "x" });
    let answer = Caller::new(&slack, TEAM).call("chat.postMessage", post).await;
    assert_eq!(answer["error"], "is_archived");
    slack.unarchive_channel(TEAM, GENERAL, BEN);
    let seen = app.after(4).await;
    let kinds: Vec<_> = seen.iter().map(|seen| kind(&seen.json["event"])).collect();
    let expected = ["channel_archive", "channel_archive", "channel_unarchive", "channel_unarchive"];
    assert_eq!(kinds, expected);
    assert_eq!(seen[1].json["event"]["channel"], GENERAL);
    assert_eq!(seen[1].json["event"]["user"], ADA);
    slack.say(TEAM, GENERAL, ADA, "back");
}

/// A message's subtype, or the event's type.
fn kind(event: &Value) -> &str {
    event["subtype"].as_str().or(event["type"].as_str()).unwrap()
}

#[tokio::test]
async fn a_channel_is_deleted() {
    let (slack, app) = acme_and_app().await;
    slack.say(TEAM, GENERAL, ADA, "last words");
    slack.delete_channel(TEAM, GENERAL);
    let event = &app.after(2).await[1].json["event"];
    assert_eq!((&event["type"], &event["channel"]), (&json!("channel_deleted"), &json!(GENERAL)));
    let post = json!({ "channel": GENERAL, "text": "x" });
    let answer = Caller::new(&slack, TEAM).call("chat.postMessage", post).await;
    assert_eq!(answer["error"], "channel_not_found");
}

#[tokio::test]
async fn a_channel_moves_to_another_id() {
    let (slack, app) = acme_and_app().await;
    slack.say(TEAM, GENERAL, ADA, "hello");
    slack.change_channel_id(TEAM, GENERAL, "C0MOVED");
    slack.say(TEAM, "C0MOVED", ADA, "still here");
    let mut seen: Vec<_> =
        app.after(3).await.iter().map(|seen| seen.json["event"].clone()).collect();
    // Events of different channels may overtake each other.
    seen.sort_by_key(|event| event["event_ts"].as_str().unwrap().to_owned());
    assert_eq!(seen[1]["type"], "channel_id_changed");
    assert_eq!(seen[1]["old_channel_id"], GENERAL);
    assert_eq!(seen[1]["new_channel_id"], "C0MOVED");
    assert_eq!(seen[2]["channel"], "C0MOVED");
    assert_eq!(slack.message_count(TEAM, "C0MOVED"), 2);
}

#[tokio::test]
async fn the_app_hears_who_comes_into_its_channels() {
    let (slack, app) = acme_and_app().await;
    let bot = slack.bot_user_id(TEAM);
    let team = slack.workspace(TEAM);
    team.add_channel(ChannelSetup::new("C0DUO", "duo").members([ADA]).without_bot());
    slack.join_channel(TEAM, "C0DUO", BEN);
    slack.invite(TEAM, "C0DUO", ADA, &bot);
    let seen = app.after(2).await;
    let (line, event) = (&seen[0].json["event"], &seen[1].json["event"]);
    assert_eq!((kind(line), &line["inviter"]), ("channel_join", &json!(ADA)));
    let at = event["event_ts"].clone();
    assert_eq!(
        *event,
        json!({
            "type": "member_joined_channel",
            "user": bot,
            "channel": "C0DUO",
            "channel_type": "C",
            "team": TEAM,
            "inviter": ADA,
            "event_ts": at,
        })
    );
}

#[tokio::test]
async fn private_channels_have_events_of_their_own() {
    let (slack, app) = acme_and_app().await;
    let team = slack.workspace(TEAM);
    team.add_channel(ChannelSetup::new("C0SECRET", "secret").private())
        .add_channel(ChannelSetup::new("C0HIDDEN", "hidden").private().without_bot())
        .add_channel(ChannelSetup::new("C0AWAY", "away").without_bot());
    slack.rename_channel(TEAM, "C0HIDDEN", ADA, "not-heard");
    slack.archive_channel(TEAM, "C0SECRET", ADA);
    app.after(2).await;
    // What becomes of a public channel is told though the bot is not in it.
    slack.rename_channel(TEAM, "C0AWAY", ADA, "heard");
    let seen = app.after(3).await;
    let kinds: Vec<_> = seen.iter().map(|seen| kind(&seen.json["event"])).collect();
    assert_eq!(kinds, ["group_archive", "group_archive", "channel_rename"]);
}

#[tokio::test]
async fn what_is_so_already_cannot_be_done() {
    let slack = acme().await;
    let act = |channel: &str, act: ChannelAct| {
        slack.act_on_channel(TEAM, channel, &act).unwrap_err().to_string()
    };
    let user = || ADA.into();
    assert_eq!(
        slack.act_on_channel(TEAM, GENERAL, &ChannelAct::Unarchive { user: user() }),
        Err(ChannelActError::NothingNew(GENERAL.into()))
    );
    let again = ChannelAct::Join { user: user(), inviter: None };
    assert_eq!(act(GENERAL, again), "C0GENERAL is like that already");
    assert_eq!(act("C0NONE", ChannelAct::Delete), "there is no channel C0NONE");
    let stranger = ChannelAct::Archive { user: "U0NONE".into() };
    assert_eq!(act(GENERAL, stranger), "there is no user U0NONE");
}

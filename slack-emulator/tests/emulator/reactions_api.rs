//! `reactions.*`, as the app calls them.

use serde_json::{Value, json};
use slack_emulator::ViolationKind::{MissingArgument, UnknownId, Unreadable};
use slack_emulator::{Fault, FaultRule, SlackEmulator};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_and_app, kinds};

async fn react(slack: &SlackEmulator, method: &str, ts: &str, name: &str) -> Value {
    let arguments = json!({ "channel": GENERAL, "timestamp": ts, "name": name });
    Caller::new(slack, TEAM).call(method, arguments).await
}

async fn add(slack: &SlackEmulator, ts: &str, name: &str) -> Value {
    react(slack, "reactions.add", ts, name).await
}

async fn remove(slack: &SlackEmulator, ts: &str, name: &str) -> Value {
    react(slack, "reactions.remove", ts, name).await
}

#[tokio::test]
async fn the_bots_own_reactions_come_back_to_it() {
    let (slack, app) = acme_and_app().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    assert_eq!(add(&slack, &ts, "wave::skin-tone-2").await, json!({ "ok": true }));
    assert_eq!(add(&slack, &ts, "wave::skin-tone-2").await["error"], "already_reacted");
    assert_eq!(remove(&slack, &ts, "wave::skin-tone-2").await, json!({ "ok": true }));
    assert_eq!(remove(&slack, &ts, "wave::skin-tone-2").await["error"], "no_reaction");
    let seen = app.after(3).await;
    for (seen, name) in seen[1..].iter().zip(["reaction_added", "reaction_removed"]) {
        let event = &seen.json["event"];
        assert_eq!(
            (&event["type"], &event["reaction"]),
            (&json!(name), &json!("wave::skin-tone-2"))
        );
        assert_eq!(event["user"], slack.bot_user_id(TEAM).as_str());
        assert_eq!(event["item_user"], ADA);
    }
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_message_is_shown_with_its_reactions() {
    let slack = acme().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    for user in [ADA, BEN] {
        slack.react(TEAM, GENERAL, user, &ts, "tada");
    }
    add(&slack, &ts, "tada").await;
    let caller = Caller::new(&slack, TEAM);
    let query = format!("reactions.get?channel={GENERAL}&timestamp={ts}");
    let answer = caller.get(&query).await;
    assert_eq!((&answer["type"], &answer["channel"]), (&json!("message"), &json!(GENERAL)));
    let message = &answer["message"];
    assert_eq!((&message["text"], &message["ts"]), (&json!("hello"), &json!(ts)));
    assert!(message["permalink"].as_str().unwrap().starts_with("https://acme.slack.com/archives/"));
    let users = json!([ADA, BEN, slack.bot_user_id(TEAM)]);
    let whole = json!([{ "name": "tada", "users": users, "count": 3 }]);
    assert_eq!(message["reactions"], whole);

    slack.switch(|switches| switches.reaction_users = Some(1));
    let shortened = json!([{ "name": "tada", "users": [ADA], "count": 3 }]);
    assert_eq!(caller.get(&query).await["message"]["reactions"], shortened);
    let history = caller.get(&format!("conversations.history?channel={GENERAL}")).await;
    assert_eq!(history["messages"][0]["reactions"], shortened);
    assert_eq!(caller.get(&format!("{query}&full=true")).await["message"]["reactions"], whole);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn an_item_has_to_be_named_well() {
    let slack = acme().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    let caller = Caller::new(&slack, TEAM);
    for (arguments, error) in [
        (json!({ "name": "tada", "channel": GENERAL }), "no_item_specified"),
        (json!({ "name": "tada", "timestamp": ts }), "no_item_specified"),
        (json!({ "channel": GENERAL, "timestamp": ts }), "invalid_arguments"),
        (json!({ "name": "tada", "channel": GENERAL, "timestamp": "now" }), "bad_timestamp"),
        (
            json!({ "name": "tada", "channel": GENERAL, "timestamp": "1600000000.000100" }),
            "message_not_found",
        ),
    ] {
        assert_eq!(caller.call("reactions.add", arguments).await["error"], error);
    }
    let expected = [MissingArgument, MissingArgument, MissingArgument, Unreadable, UnknownId];
    assert_eq!(kinds(&slack), expected);
}

#[tokio::test]
async fn what_an_app_cannot_know_is_no_breach() {
    let slack = acme().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    let gone = slack.say(TEAM, GENERAL, ADA, "gone");
    slack.delete(TEAM, GENERAL, ADA, &gone);
    assert_eq!(add(&slack, &gone, "tada").await["error"], "message_not_found");
    assert_eq!(add(&slack, &ts, "bowtie").await["error"], "invalid_name");
    slack.add_emoji(TEAM, "bowtie");
    assert_eq!(add(&slack, &ts, "bowtie").await["ok"], true);
    slack.workspace(TEAM).remove_emoji("bowtie");
    assert_eq!(remove(&slack, &ts, "bowtie").await["ok"], true);
    assert_eq!(remove(&slack, &ts, "bowtie").await["error"], "invalid_name");
    slack.add_fault(FaultRule::once(Fault::error("thread_locked")).on_method("reactions.add"));
    assert_eq!(add(&slack, &ts, "tada").await["error"], "thread_locked");
    slack.workspace(TEAM).set_archived(GENERAL, true);
    assert_eq!(add(&slack, &ts, "tada").await["error"], "is_archived");
    assert_eq!(remove(&slack, &ts, "tada").await["error"], "is_archived");
    slack.workspace(TEAM).set_archived(GENERAL, false).remove_bot(GENERAL);
    assert_eq!(add(&slack, &ts, "tada").await["error"], "not_in_channel");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn a_message_takes_only_so_many_reactions_if_switched_on() {
    let slack = acme().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    slack.switch(|switches| switches.emoji_per_message = Some(2));
    slack.react(TEAM, GENERAL, ADA, &ts, "tada");
    slack.react(TEAM, GENERAL, ADA, &ts, "eyes");
    assert_eq!(add(&slack, &ts, "heart").await["error"], "too_many_emoji");
    slack.switch(|switches| switches.emoji_per_user = Some(1));
    assert_eq!(add(&slack, &ts, "tada").await["ok"], true);
    assert_eq!(add(&slack, &ts, "tada").await["error"], "already_reacted");
    assert_eq!(add(&slack, &ts, "eyes").await["error"], "too_many_reactions");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn reacting_needs_its_scopes() {
    let slack = acme().await;
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    slack.workspace(TEAM).scopes(["chat:write"]);
    assert_eq!(add(&slack, &ts, "tada").await["needed"], "reactions:write");
    assert_eq!(remove(&slack, &ts, "tada").await["needed"], "reactions:write");
    let query = format!("reactions.get?channel={GENERAL}&timestamp={ts}");
    assert_eq!(Caller::new(&slack, TEAM).get(&query).await["needed"], "reactions:read");
}

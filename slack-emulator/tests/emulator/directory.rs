//! What becomes of a workspace's people, and finding them.

use serde_json::{Value, json};
use slack_emulator::User;
use slack_emulator::ViolationKind::{MissingArgument, MissingScope};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_and_app, attempts, kinds};

#[tokio::test]
async fn the_app_hears_who_joins() {
    let (slack, app) = acme_and_app().await;
    slack.workspace(TEAM).join(User::new("U0CEM", "Cem Kaya").email("cem@example.com"));
    let envelope = app.after(1).await[0].json.clone();
    let event = &envelope["event"];
    assert_eq!((&event["type"], &event["user"]["id"]), (&json!("team_join"), &json!("U0CEM")));
    assert_eq!(event["user"]["profile"]["email"], "cem@example.com");
    assert!(event["cache_ts"].is_u64() && event["event_ts"].is_string());
    assert_eq!(event["user"]["updated"], event["cache_ts"]);
    assert_eq!((&envelope["team_id"], &event["channel"]), (&json!(TEAM), &Value::Null));
    attempts(&slack, 1).await;
    assert_eq!(slack.deliveries()[0].channel, None);
    let bot = Caller::new(&slack, TEAM);
    let members = bot.get(&format!("conversations.members?channel={GENERAL}")).await;
    assert_eq!(members["members"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_app_hears_of_changes_and_of_the_end() {
    let (slack, app) = acme_and_app().await;
    slack.change_profile(TEAM, ADA, |ada| ada.display_name = "countess".to_owned());
    slack.deactivate(TEAM, ADA);
    let seen = app.after(2).await;
    let (changed, gone) = (&seen[0].json["event"], &seen[1].json["event"]);
    assert_eq!(changed["type"], "user_profile_changed");
    assert_eq!(changed["user"]["profile"]["display_name"], "countess");
    assert_eq!(changed["user"]["deleted"], false);
    assert_eq!((&gone["type"], &gone["user"]["deleted"]), (&changed["type"], &json!(true)));
    assert_eq!(gone["user"]["tz"], Value::Null);
    assert!(gone["event_ts"].as_str() > changed["event_ts"].as_str());
}

#[tokio::test]
async fn the_older_event_comes_along_if_it_is_subscribed_to() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.user_change_comes_too = true);
    slack.change_profile(TEAM, ADA, |ada| ada.email = Some("ada@example.com".to_owned()));
    let seen = app.after(2).await;
    let (new, old) = (&seen[0].json["event"], &seen[1].json["event"]);
    assert_eq!(
        (&new["type"], &old["type"]),
        (&json!("user_profile_changed"), &json!("user_change"))
    );
    assert_eq!((&new["user"], &new["event_ts"]), (&old["user"], &old["event_ts"]));
}

#[tokio::test]
async fn what_the_app_hears_of_people_depends_on_its_scopes() {
    let (slack, app) = acme_and_app().await;
    slack.workspace(TEAM).without_scope("users:read.email");
    slack.change_profile(TEAM, ADA, |ada| ada.email = Some("ada@example.com".to_owned()));
    let event = app.after(1).await[0].json["event"].clone();
    assert_eq!(event["user"]["profile"]["email"], Value::Null);
    slack.workspace(TEAM).without_scope("users:read").join(User::new("U0CEM", "Cem Kaya"));
    slack.deactivate(TEAM, ADA);
    slack.say(TEAM, GENERAL, BEN, "the end");
    assert_eq!(app.after(2).await[1].text(), "the end");
}

#[tokio::test]
async fn the_stage_is_set_without_a_sound() {
    let (slack, app) = acme_and_app().await;
    slack.workspace(TEAM).user("U0CEM", "Cem Kaya").change_user(ADA, |ada| ada.deleted = true);
    slack.say(TEAM, GENERAL, BEN, "the first");
    assert_eq!(app.after(1).await[0].text(), "the first");
}

#[tokio::test]
async fn someone_is_found_by_their_address() {
    let slack = acme().await;
    slack
        .workspace(TEAM)
        .add_user(User::new("U0CEM", "Cem Kaya").email("cem@Example.com"))
        .add_user(User::new("U0GONE", "Gone").email("gone@example.com").deleted());
    let bot = Caller::new(&slack, TEAM);
    let found = bot.form("users.lookupByEmail", &[("email", "Cem@example.com")]).await;
    assert_eq!(found["user"]["id"], "U0CEM");
    assert_eq!(found["user"]["profile"]["email"], "cem@Example.com");
    for nobody in ["gone@example.com", "nobody@example.com"] {
        let answer = bot.form("users.lookupByEmail", &[("email", nobody)]).await;
        assert_eq!(answer["error"], "users_not_found");
    }
    assert_eq!(slack.violations(), []);
    assert_eq!(bot.form("users.lookupByEmail", &[]).await["error"], "invalid_arguments");
    slack.workspace(TEAM).without_scope("users:read.email");
    let answer = bot.form("users.lookupByEmail", &[("email", "cem@example.com")]).await;
    assert_eq!(answer["needed"], "users:read.email");
    assert_eq!(kinds(&slack), [MissingArgument, MissingScope]);
}

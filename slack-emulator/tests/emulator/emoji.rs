//! `emoji.list`.

use serde_json::{Value, json};
use slack_emulator::ViolationKind;

use crate::support::{Caller, TEAM, acme, kinds};

#[tokio::test]
async fn a_workspace_lists_the_emoji_of_its_own() {
    let slack = acme().await;
    slack.add_emoji(TEAM, "squirrel");
    slack.workspace(TEAM).emoji_alias("shipit", "squirrel");
    let caller = Caller::new(&slack, TEAM);
    let answer = caller.get("emoji.list").await;
    assert_eq!(
        answer["emoji"],
        json!({
            "squirrel": "https://emoji.slack-edge.com/T0ACME/squirrel/0.png",
            "shipit": "alias:squirrel",
        })
    );
    assert!(answer["cache_ts"].is_string());
    assert_eq!(answer["categories"], Value::Null);
    let whole = caller.get("emoji.list?include_categories=true").await;
    let names = whole["categories"][1]["emoji_names"].as_array().unwrap();
    assert!(names.contains(&json!("wave")));
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn the_list_needs_its_scope() {
    let slack = acme().await;
    slack.workspace(TEAM).without_scope("emoji:read");
    assert_eq!(Caller::new(&slack, TEAM).get("emoji.list").await["needed"], "emoji:read");
    assert_eq!(kinds(&slack), [ViolationKind::MissingScope]);
}

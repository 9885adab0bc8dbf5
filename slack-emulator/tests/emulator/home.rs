//! `views.publish` and `app_home_opened`.

use serde_json::{Value, json};
use slack_emulator::ViolationKind::{InvalidBlocks, LimitExceeded, MissingArgument, UnknownId};

use crate::support::{ADA, BEN, Caller, TEAM, acme, acme_and_app, kinds};

fn home(blocks: usize) -> Value {
    json!({ "type": "home", "blocks": vec![json!({ "type": "divider" }); blocks] })
}

#[tokio::test]
async fn each_person_sees_what_was_published_to_them_last() {
    let slack = acme().await;
    let bot = Caller::new(&slack, TEAM);
    assert_eq!(slack.home(TEAM, ADA), None);
    let first = bot.call("views.publish", json!({ "user_id": ADA, "view": home(1) })).await;
    assert_eq!((&first["ok"], &first["view"]["type"]), (&json!(true), &json!("home")));
    let again = json!({ "user_id": ADA, "view": home(100), "hash": first["view"]["hash"] });
    assert_eq!(bot.call("views.publish", again.clone()).await["ok"], true);
    assert_eq!(slack.home(TEAM, ADA), Some(home(100)));
    assert_eq!(slack.home(TEAM, BEN), None);
    assert_eq!(bot.call("views.publish", again).await["error"], "hash_conflict", "it is stale");
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn what_is_no_home_is_refused() {
    let slack = acme().await;
    let bot = Caller::new(&slack, TEAM);
    let long = json!({ "type": "home", "blocks": [], "callback_id": "x".repeat(250_000) });
    for (arguments, error) in [
        (json!({ "user_id": "U0NOBODY", "view": home(1) }), "user_not_found"),
        (json!({ "user_id": ADA }), "invalid_arguments"),
        (json!({ "user_id": ADA, "view": { "type": "modal", "blocks": [] } }), "invalid_arguments"),
        (json!({ "user_id": ADA, "view": home(101) }), "invalid_blocks"),
        (json!({ "user_id": ADA, "view": long }), "view_too_large"),
    ] {
        assert_eq!(bot.call("views.publish", arguments).await["error"], error);
    }
    assert_eq!(
        kinds(&slack),
        [UnknownId, MissingArgument, InvalidBlocks, LimitExceeded, LimitExceeded]
    );
    assert_eq!(slack.home(TEAM, ADA), None);
}

#[tokio::test]
async fn the_app_hears_who_opens_its_home() {
    let (slack, app) = acme_and_app().await;
    slack.open_home(TEAM, ADA);
    let event = app.after(1).await[0].json["event"].clone();
    assert_eq!((&event["type"], &event["user"]), (&json!("app_home_opened"), &json!(ADA)));
    assert_eq!((&event["tab"], &event["view"]), (&json!("home"), &Value::Null));
    let bot = Caller::new(&slack, TEAM);
    bot.call("views.publish", json!({ "user_id": ADA, "view": home(1) })).await;
    slack.open_home(TEAM, ADA);
    assert_eq!(app.after(2).await[1].json["event"]["view"]["type"], "home");
}

//! The control of people.

use reqwest::Method;
use serde_json::{Value, json};

use crate::control::{ask, get};
use crate::support::{TEAM, acme_and_app};

#[tokio::test]
async fn people_come_change_go_and_let_the_app_act() {
    let (slack, app) = acme_and_app().await;
    let act = async |user: &str, more: Value| {
        let mut body = json!({ "team": TEAM, "user": user });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&slack, Method::POST, "person", Some(body)).await
    };
    let cem = json!({ "act": "join", "real_name": "Cem Kaya", "email": "cem@example.com" });
    assert_eq!(act("U0CEM", cem.clone()).await.0, 200);
    let again = act("U0CEM", cem).await;
    assert_eq!(again, (400, json!({ "ok": false, "error": "U0CEM is like that already" })));
    assert_eq!(act("U0CEM", json!({ "act": "change", "display_name": "cem" })).await.0, 200);
    assert_eq!(act("U0NONE", json!({ "act": "change" })).await.0, 400);

    let grant = json!({ "act": "authorize", "scopes": ["chat:write"] });
    let (status, granted) = act("U0CEM", grant).await;
    assert_eq!(
        (status, granted["token"].as_str()),
        (200, slack.user_token(TEAM, "U0CEM").as_deref())
    );
    let people = get(&slack, "app").await["installations"][0]["people"].clone();
    let wanted = json!([{ "user": "U0CEM", "token": granted["token"], "scopes": ["chat:write"] }]);
    assert_eq!(people, wanted);
    assert_eq!(act("U0CEM", json!({ "act": "revoke" })).await.0, 200);
    let nothing = act("U0CEM", json!({ "act": "revoke" })).await;
    assert_eq!(nothing.1["error"], "U0CEM lets the app do nothing");

    assert_eq!(act("U0CEM", json!({ "act": "deactivate" })).await.0, 200);
    assert_eq!(act("U0CEM", json!({ "act": "deactivate" })).await.0, 400);
    let seen = app.after(4).await;
    let kinds: Vec<_> = seen.iter().map(|seen| seen.json["event"]["type"].clone()).collect();
    assert_eq!(
        kinds,
        ["team_join", "user_profile_changed", "tokens_revoked", "user_profile_changed"]
    );
    assert_eq!(seen[1].json["event"]["user"]["profile"]["display_name"], "cem");
}

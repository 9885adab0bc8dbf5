//! What surrounds every method: tokens, arguments, scopes, headers, records.

use serde_json::{Value, json};
use slack_emulator::ViolationKind::{
    ForeignId, MissingArgument, MissingToken, UnknownArgument, UnknownId, UnknownToken, WrongType,
};
use slack_emulator::{Outcome, ViolationKind};

use crate::support::{ADA, Caller, GENERAL, TEAM, acme, header, kinds};

#[tokio::test]
async fn a_token_is_read_from_the_header_or_a_form() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    assert_eq!(caller.call("auth.test", json!({})).await["ok"], true);
    let bare = Caller { token: String::new(), ..Caller::new(&slack, TEAM) };
    let url = format!("{}auth.test", slack.api_url());
    let form = bare.client.post(&url).form(&[("token", slack.bot_token(TEAM))]);
    let answer: Value = form.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["team_id"], TEAM);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn without_a_token_or_with_a_strange_one_nothing_is_done() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let url = format!("{}auth.test", slack.api_url());
    let answer: Value = caller.client.post(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer, json!({ "ok": false, "error": "not_authed" }));

    // A token inside JSON is not looked at.
    let inside = caller
        .client
        .post(&url)
        .header("content-type", "application/json; charset=utf-8")
        .body(json!({ "token": slack.bot_token(TEAM) }).to_string());
    let answer: Value = inside.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["error"], "not_authed");

    let stranger = Caller { token: "xoxb-stranger".to_owned(), ..caller };
    let answer = stranger.call("auth.test", json!({})).await;
    assert_eq!(answer, json!({ "ok": false, "error": "invalid_auth" }));
    assert_eq!(kinds(&slack), [MissingToken, MissingToken, UnknownToken]);
}

#[tokio::test]
async fn an_unknown_method_is_unknown() {
    let slack = acme().await;
    let answer = Caller::new(&slack, TEAM).call("chat.shout", json!({})).await;
    assert_eq!(answer, json!({ "ok": false, "error": "unknown_method" }));
    assert_eq!(kinds(&slack), [ViolationKind::UnknownMethod]);
}

#[tokio::test]
async fn scopes_are_in_the_headers_and_asked_for() {
    let slack = acme().await;
    slack.workspace(TEAM).scopes(["users:read", "chat:write"]);
    let caller = Caller::new(&slack, TEAM);
    let response = caller.json("auth.test", &json!({})).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(response.headers(), "x-oauth-scopes"), "users:read,chat:write");
    assert_eq!(header(response.headers(), "content-type"), "application/json; charset=utf-8");

    let answer = caller.call("conversations.history", json!({ "channel": GENERAL })).await;
    assert_eq!(
        answer,
        json!({
            "ok": false,
            "error": "missing_scope",
            "needed": "channels:history,groups:history",
            "provided": "users:read,chat:write",
        })
    );
    assert_eq!(kinds(&slack), [ViolationKind::MissingScope]);
}

#[tokio::test]
async fn forms_json_and_queries_are_read_alike() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let arguments = json!({ "channel": GENERAL, "include_num_members": true });
    let by_json = caller.call("conversations.info", arguments).await;
    let pairs = [("channel", GENERAL), ("include_num_members", "true")];
    let by_form = caller.form("conversations.info", &pairs).await;
    let by_query =
        caller.get(&format!("conversations.info?channel={GENERAL}&include_num_members=1")).await;
    assert_eq!(by_json["channel"]["num_members"], 3);
    assert_eq!(by_json, by_form);
    assert_eq!(by_json, by_query);
    assert_eq!(slack.violations(), []);
}

#[tokio::test]
async fn charsets_are_tolerated_with_a_warning_where_slack_warns() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let warned = |content_type: &'static str, body: &'static str| {
        let request = caller.post("auth.test").header("content-type", content_type).body(body);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let answer = warned("application/json", "{}").await;
    assert_eq!(answer["ok"], true);
    assert_eq!(answer["warning"], "missing_charset");
    assert_eq!(answer["response_metadata"]["warnings"], json!(["missing_charset"]));
    let answer = warned("application/x-www-form-urlencoded; charset=UTF-8", "").await;
    assert_eq!(answer["warning"], "superfluous_charset");
    let answer = warned("Application/JSON; Charset=utf-8", "").await;
    assert_eq!(answer["warning"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    for (content_type, body, error) in [
        ("application/json; charset=utf-8", "{", "invalid_json"),
        ("application/json; charset=utf-8", "[]", "json_not_object"),
        ("text/plain", "hello", "invalid_post_type"),
    ] {
        let request = caller.post("auth.test").header("content-type", content_type).body(body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["error"], error);
    }
    assert_eq!(kinds(&slack), [ViolationKind::Unreadable; 3]);
}

#[tokio::test]
async fn arguments_are_checked_and_explained() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let answer = caller.call("conversations.info", json!({})).await;
    assert_eq!(
        answer,
        json!({
            "ok": false,
            "error": "invalid_arguments",
            "response_metadata": { "messages": ["[ERROR] missing required field: channel"] },
        })
    );
    let answer =
        caller.call("conversations.info", json!({ "channel": GENERAL, "include_locale": "si" }));
    assert_eq!(answer.await["error"], "invalid_arguments");
    let unknown = caller.call("conversations.info", json!({ "channel": GENERAL, "colour": "red" }));
    assert_eq!(unknown.await["ok"], true);
    assert_eq!(kinds(&slack), [MissingArgument, WrongType, UnknownArgument]);
}

#[tokio::test]
async fn a_method_that_writes_is_not_to_be_had_by_get() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let answer = caller.get(&format!("chat.postMessage?channel={GENERAL}&text=hi")).await;
    assert_eq!(answer["error"], "invalid_post_type");
    assert_eq!(slack.message_count(TEAM, GENERAL), 0);
    assert_eq!(kinds(&slack), [ViolationKind::WrongEncoding]);
}

#[tokio::test]
async fn an_id_of_another_workspace_is_a_mix_up() {
    let slack = acme().await;
    slack.add_workspace("T0BIRCH", "Birch").user("U0CEM", "Cem Kaya").channel("C0BIRCH", "general");
    let caller = Caller::new(&slack, TEAM);
    let post = json!({ "channel": "C0BIRCH", "text": "hi" });
    assert_eq!(caller.call("chat.postMessage", post).await["error"], "channel_not_found");
    assert_eq!(caller.form("users.info", &[("user", "U0CEM")]).await["error"], "user_not_found");
    let nowhere = json!({ "channel": "C0NOWHERE", "text": "hi" });
    assert_eq!(caller.call("chat.postMessage", nowhere).await["error"], "channel_not_found");
    assert_eq!(kinds(&slack), [ForeignId, ForeignId, UnknownId]);
    assert_eq!(slack.violations()[0].detail, "C0BIRCH is of T0BIRCH, the token is of T0ACME");
}

#[tokio::test]
async fn every_call_is_remembered_without_its_token() {
    let slack = acme().await;
    let caller = Caller::new(&slack, TEAM);
    let token = slack.bot_token(TEAM);
    caller.form("users.info", &[("token", &token), ("user", ADA)]).await;
    caller.call("chat.postMessage", json!({ "channel": GENERAL })).await;
    let calls = slack.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].number, 1);
    assert_eq!(calls[0].method, "users.info");
    assert_eq!(calls[0].team.as_deref(), Some(TEAM));
    assert_eq!(Value::Object(calls[0].arguments.clone()), json!({ "user": ADA }));
    assert_eq!(calls[0].argument("user"), Some(ADA));
    assert_eq!(calls[0].outcome, Outcome::Ok);
    assert!(calls[0].answered_at_micros.unwrap() >= calls[0].arrived_at_micros);
    assert_eq!(calls[1].outcome, Outcome::Error { code: "no_text".to_owned() });
    assert_eq!(slack.calls_of("users.info").len(), 1);
    slack.clear_records();
    assert_eq!(slack.calls().len() + slack.violations().len(), 0);
}

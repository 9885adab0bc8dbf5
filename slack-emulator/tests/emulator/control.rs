//! The controls under `/_emulator/`.

use reqwest::Method;
use serde_json::{Value, json};
use slack_emulator::{EventOrder, SlackEmulator};

use crate::support::{ADA, GENERAL, Receiver, Reply, TEAM, acme, acme_and_app, attempts, client};

pub(crate) async fn ask(
    slack: &SlackEmulator,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (u16, Value) {
    let mut request = client().request(method, format!("{}/_emulator/{path}", slack.url()));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

pub(crate) async fn get(slack: &SlackEmulator, path: &str) -> Value {
    let (status, body) = ask(slack, Method::GET, path, None).await;
    assert_eq!(status, 200);
    body
}

#[tokio::test]
async fn the_state_is_what_the_page_shows() {
    let slack = acme().await;
    slack.say(TEAM, GENERAL, ADA, "hello");
    let state = get(&slack, "state").await;
    assert_eq!(state["app"]["name"], "SyncBot");
    assert_eq!(state["request_url"], Value::Null);
    let acme = &state["workspaces"][0];
    assert_eq!(acme["name"], "Acme");
    assert_eq!(acme["delivery"], json!({ "state": "no_request_url" }));
    let channel = &acme["channels"][0];
    assert_eq!(channel["name"], "general");
    assert_eq!(channel["has_bot"], true);
    assert_eq!(channel["speakers"], json!([ADA, "U0BEN"]));
    assert_eq!(channel["messages"][0]["text"], "hello");
    assert_eq!(channel["messages"][0]["author"], "Ada Lovelace");
}

#[tokio::test]
async fn an_app_is_told_what_it_needs() {
    let slack = acme().await;
    let app = get(&slack, "app").await;
    assert_eq!(app["signing_secret"], slack.signing_secret());
    assert_eq!(app["api_url"], slack.api_url());
    assert_eq!(app["installations"][0]["bot_token"], slack.bot_token(TEAM));
    assert_eq!(app["installations"][0]["team"], TEAM);
}

#[tokio::test]
async fn people_speak() {
    let slack = acme().await;
    let said = json!({ "team": TEAM, "channel": GENERAL, "user": ADA, "text": "hello" });
    let (status, body) = ask(&slack, Method::POST, "say", Some(said)).await;
    assert_eq!((status, &body["ok"]), (200, &json!(true)));
    let root = body["ts"].clone();
    let reply = json!({
        "team": TEAM, "channel": GENERAL, "user": ADA, "text": "hi", "thread_ts": root,
    });
    ask(&slack, Method::POST, "say", Some(reply)).await;
    assert_eq!(slack.messages(TEAM, GENERAL)[1].thread_ts.as_deref(), root.as_str());

    let stranger = json!({ "team": TEAM, "channel": GENERAL, "user": "U0X", "text": "hello" });
    let (status, body) = ask(&slack, Method::POST, "say", Some(stranger)).await;
    assert_eq!(status, 400);
    assert_eq!(body, json!({ "ok": false, "error": "there is no user U0X" }));
    let (status, _) = ask(&slack, Method::POST, "say", Some(json!({ "team": TEAM }))).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn people_change_their_minds() {
    let slack = acme().await;
    let said = json!({ "team": TEAM, "channel": GENERAL, "user": ADA, "text": "me", "me": true });
    let ts = ask(&slack, Method::POST, "say", Some(said)).await.1["ts"].clone();
    let act = async |more: Value| {
        let mut body = json!({ "team": TEAM, "channel": GENERAL, "user": ADA, "ts": ts });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&slack, Method::POST, "act", Some(body)).await
    };
    for more in [
        json!({ "act": "edit", "text": "I" }),
        json!({ "act": "react", "emoji": "tada" }),
        json!({ "act": "react", "emoji": "eyes" }),
        json!({ "act": "unreact", "emoji": "tada" }),
    ] {
        let (status, body) = act(more).await;
        assert_eq!((status, body["ts"].is_string()), (200, true), "{body}");
    }
    let target = json!({ "team": TEAM, "channel": GENERAL, "ts": ts });
    for path in ["unfurl", "resend"] {
        assert_eq!(ask(&slack, Method::POST, path, Some(target.clone())).await.0, 200);
    }
    let shown = slack.messages(TEAM, GENERAL).remove(0);
    assert_eq!((shown.text.as_str(), shown.subtype.as_deref()), ("I", Some("me_message")));
    assert_eq!((shown.reactions[0].name.as_str(), shown.attachments.len()), ("eyes", 1));
    assert_eq!(act(json!({ "act": "delete" })).await.0, 200);
    let (status, body) = act(json!({ "act": "delete" })).await;
    let error = format!("there is no message {}", ts.as_str().unwrap());
    assert_eq!((status, body), (400, json!({ "ok": false, "error": error })));
    assert_eq!(act(json!({ "act": "forget" })).await.0, 400);
    assert_eq!(ask(&slack, Method::POST, "unfurl", Some(target)).await.0, 400);
}

#[tokio::test]
async fn channels_change() {
    let slack = acme().await;
    let act = async |more: Value| {
        let mut body = json!({ "team": TEAM, "channel": GENERAL });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&slack, Method::POST, "channel", Some(body)).await.0
    };
    assert_eq!(act(json!({ "act": "rename", "user": ADA, "name": "lobby" })).await, 200);
    assert_eq!(act(json!({ "act": "archive", "user": ADA })).await, 200);
    assert_eq!(act(json!({ "act": "archive", "user": ADA })).await, 400);
    let channel = get(&slack, "state").await["workspaces"][0]["channels"][0].clone();
    assert_eq!((&channel["name"], &channel["is_archived"]), (&json!("lobby"), &json!(true)));
    assert_eq!(act(json!({ "act": "change_id", "id": "C0MOVED" })).await, 200);
    assert_eq!(act(json!({ "act": "delete" })).await, 400);
}

#[tokio::test]
async fn workspaces_get_emoji() {
    let slack = acme().await;
    for body in [
        json!({ "team": TEAM, "name": "squirrel" }),
        json!({ "team": TEAM, "name": "shipit", "alias_of": "squirrel" }),
    ] {
        assert_eq!(ask(&slack, Method::POST, "emoji", Some(body)).await.0, 200);
    }
    let ts = slack.say(TEAM, GENERAL, ADA, "hello");
    slack.react(TEAM, GENERAL, ADA, &ts, "shipit");
    let nowhere = json!({ "team": "T0NONE", "name": "squirrel" });
    assert_eq!(ask(&slack, Method::POST, "emoji", Some(nowhere)).await.0, 400);
}

#[tokio::test]
async fn faults_come_and_go() {
    let slack = acme().await;
    let rule = json!({
        "method": "chat.postMessage", "times": 2,
        "fault": { "kind": "rate_limited", "retry_after": 3 },
    });
    let (_, added) = ask(&slack, Method::POST, "faults", Some(rule)).await;
    assert_eq!(added["ok"], true);
    let all = get(&slack, "faults").await;
    assert_eq!(all["faults"][0]["id"], added["id"]);
    assert_eq!(all["faults"][0]["rule"]["fault"]["retry_after"], 3);
    let path = format!("faults/{}", added["id"]);
    assert_eq!(ask(&slack, Method::DELETE, &path, None).await.0, 200);
    assert_eq!(ask(&slack, Method::DELETE, &path, None).await.0, 400);
    let unknown = json!({ "fault": { "kind": "earthquake" } });
    assert_eq!(ask(&slack, Method::POST, "faults", Some(unknown)).await.0, 400);
    for kind in ["answer_lost", "cut"] {
        let rule = json!({ "fault": { "kind": kind } });
        assert_eq!(ask(&slack, Method::POST, "faults", Some(rule)).await.0, 200);
    }
    assert_eq!(slack.faults().len(), 2);
    ask(&slack, Method::DELETE, "faults", None).await;
    assert_eq!(slack.faults().len(), 0);
}

#[tokio::test]
async fn switches_are_set_one_by_one() {
    let slack = acme().await;
    let named = json!({ "event_order": "swapped_pairs", "delayed_events": true });
    let (status, all) = ask(&slack, Method::PATCH, "switches", Some(named)).await;
    assert_eq!(status, 200);
    assert_eq!(all["events_per_message"], 1);
    assert_eq!(slack.switches().event_order, EventOrder::SwappedPairs);
    assert!(slack.switches().delayed_events);
    let unknown = json!({ "delayed_events": false, "telepathy": true });
    let (status, _) = ask(&slack, Method::PATCH, "switches", Some(unknown)).await;
    assert_eq!(status, 400);
    assert!(slack.switches().delayed_events);
    assert_eq!(get(&slack, "switches").await["delayed_events"], true);
}

#[tokio::test]
async fn the_readme_names_every_switch_and_its_default() {
    let readme = include_str!("../../README.md");
    let switches = get(&acme().await, "switches").await;
    for (name, default) in switches.as_object().unwrap() {
        let row = format!("| `{name}` | `{default}` |");
        assert!(readme.contains(&row), "{row}");
    }
}

#[tokio::test]
async fn retries_are_seen_and_hastened() {
    let (slack, app) = acme_and_app().await;
    app.will([Reply::Status(500), Reply::Status(500)]);
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 2).await;
    let waiting = get(&slack, "retries").await;
    assert_eq!(waiting["retries"][0]["number"], 2);
    assert_eq!(waiting["retries"][0]["reason"], "http_error");
    let delivery = get(&slack, "state").await["workspaces"][0]["delivery"].clone();
    assert_eq!(delivery["state"], "retrying");
    assert!(delivery["due_in_ms"].as_u64().unwrap() > 50_000);
    ask(&slack, Method::POST, "advance", Some(json!({ "seconds": 60 }))).await;
    attempts(&slack, 3).await;
    let deliveries = get(&slack, "deliveries").await;
    assert_eq!(deliveries["deliveries"][2]["retry_reason"], "http_error");
    assert_eq!(deliveries["deliveries"][2]["failure"], Value::Null);

    let id = json!({ "event_id": slack.deliveries()[0].event_id });
    assert_eq!(ask(&slack, Method::POST, "redeliver", Some(id)).await.0, 200);
    attempts(&slack, 4).await;
    let none = json!({ "event_id": "Ev0" });
    assert_eq!(ask(&slack, Method::POST, "redeliver", Some(none)).await.0, 400);
}

#[tokio::test]
async fn a_request_url_is_set() {
    let slack = acme().await;
    let app = Receiver::start().await;
    let (status, _) =
        ask(&slack, Method::PUT, "request-url", Some(json!({ "url": app.url }))).await;
    assert_eq!(status, 200);
    assert_eq!(get(&slack, "state").await["request_url"], app.url);
    app.will([Reply::Status(404)]);
    let (status, body) =
        ask(&slack, Method::PUT, "request-url", Some(json!({ "url": app.url }))).await;
    assert_eq!(status, 400);
    assert_eq!(body["error"], "the request URL answered the challenge with HTTP status 404");
    let unverified = json!({ "url": "http://127.0.0.1:9/", "verify": false });
    assert_eq!(ask(&slack, Method::PUT, "request-url", Some(unverified)).await.0, 200);
}

#[tokio::test]
async fn calls_and_violations_are_listed() {
    let slack = acme().await;
    let caller = crate::support::Caller::new(&slack, TEAM);
    caller.call("chat.postMessage", json!({ "channel": GENERAL })).await;
    let calls = get(&slack, "calls").await;
    assert_eq!(calls["calls"][0]["method"], "chat.postMessage");
    assert_eq!(calls["calls"][0]["outcome"], json!({ "kind": "error", "code": "no_text" }));
    let violations = get(&slack, "violations").await;
    assert_eq!(violations["violations"][0]["kind"], "missing_argument");
}

#[tokio::test]
async fn changes_are_streamed_until_the_end() {
    let slack = acme().await;
    let mut stream =
        client().get(format!("{}/_emulator/stream", slack.url())).send().await.unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let mut heard = String::new();
    let mut next = async |wanted: &str| {
        while !heard.contains(wanted) {
            let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
            heard.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    };
    next("event: hello").await;
    slack.say(TEAM, GENERAL, ADA, "hello");
    next(r#""kind":"message""#).await;
    next(r#""text":"hello""#).await;
    next(r#""kind":"delivery","team":"T0ACME""#).await;
    let ts = slack.messages(TEAM, GENERAL)[0].ts.clone();
    slack.react(TEAM, GENERAL, ADA, &ts, "tada");
    next(r#""kind":"changed""#).await;
    slack.delete(TEAM, GENERAL, ADA, &ts);
    next(r#""kind":"deleted""#).await;
    slack.workspace(TEAM).channel("C0RANDOM", "random");
    next(r#""kind":"stage""#).await;
    slack.shutdown().await;
    while let Some(rest) = stream.chunk().await.unwrap() {
        assert!(!rest.is_empty());
    }
}

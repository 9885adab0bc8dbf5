//! What comes in from outside: accepted when it is Slack's and on disk, refused in time otherwise.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use shared::sql;
use testkit::{ACME, SignedRequest, TestApp, on_each_database};

async fn stored(app: &TestApp) -> i64 {
    // Both workspaces' directories are to be read, whatever comes from Slack.
    app.db
        .read(sql!("SELECT COUNT(*) FROM jobs WHERE kind <> 'read_directory'"))
        .fetch_one::<(i64,)>()
        .await
        .expect("counted")
        .0
}

async fn answer(request: SignedRequest) -> (u16, Value) {
    json_of(request.send().await)
}

async fn look(app: &TestApp, path: &str) -> (u16, Value) {
    json_of(testkit::get(&format!("{}{path}", app.url)).await)
}

fn json_of((status, body): (u16, String)) -> (u16, Value) {
    (status, serde_json::from_str(&body).unwrap_or(Value::Null))
}

/// A channel that nothing is synced with.
const ELSEWHERE: &str = "C0ELSEWHERE";

fn message(event_id: &str, text: &str) -> String {
    json!({
        "type": "event_callback", "team_id": ACME.team, "api_app_id": "A0OTHER", "event_id": event_id,
        "event": {"type": "message", "channel": ELSEWHERE, "user": ACME.person, "text": text,
                  "ts": "1700000000.000100", "event_ts": "1700000000.000100"},
    })
    .to_string()
}

on_each_database! {
    async fn bad_requests_are_refused_with_a_reason_and_nothing_is_stored(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        let secret = app.slack.signing_secret().to_owned();
        let signed = |body: &str| app.signed(body, &secret);
        let good = message("Ev1", "hello");
        let huge = message("Ev1", &"x".repeat(1024 * 1024));
        let form = "application/x-www-form-urlencoded";
        let cases = [
            (app.signed(&good, "another secret"), 401, "invalid_signature"),
            (SignedRequest { body: good.replace("hello", "hullo"), ..signed(&good) }, 401, "invalid_signature"),
            (SignedRequest { timestamp: "1".to_owned(), ..signed(&good) }, 401, "invalid_signature"),
            (SignedRequest { signature: String::new(), ..signed(&good) }, 401, "invalid_signature"),
            (SignedRequest { content_type: form.to_owned(), body: "payload=x".to_owned(), ..signed("payload=y") }, 401, "invalid_signature"),
            (signed(&huge), 413, "too_large"),
            (SignedRequest { signature: String::new(), ..signed(&huge) }, 413, "too_large"),
            (signed("{"), 400, "malformed"),
            (signed("[]"), 400, "malformed"),
            (signed("\u{0}"), 400, "malformed"),
            (signed(r#"{"type":"event_callback"}"#), 400, "malformed"),
            (app.signed(r#"{"type":"event_callback","event":{"type":"message"}}"#, &secret), 400, "malformed"),
            (signed(&good.replace(ELSEWHERE, "../etc")), 400, "malformed"),
            (signed(&good.replace("1700000000.000100", "1e9")), 400, "malformed"),
        ];
        let refused = cases.len() + 3;
        for (number, (request, status, error)) in cases.into_iter().enumerate() {
            let (got, body) = answer(request).await;
            assert_eq!((got, body["error"].as_str()), (status, Some(error)), "case {number}: {body}");
            assert!(body["message"].as_str().is_some_and(|message| !message.contains(&secret)), "{body}");
        }
        let sent_as = |content_type: &str| SignedRequest { content_type: content_type.to_owned(), ..signed(&good) };
        for content_type in ["text/plain", "application/jsonp", ""] {
            assert_eq!(answer(sent_as(content_type)).await.0, 415, "{content_type}");
        }
        assert_eq!(stored(&app).await, 0);

        // The same request, as it should be, is stored: what was refused above was refused for its fault.
        assert_eq!(answer(sent_as("application/json; charset=utf-8")).await.0, 200);
        assert_eq!(stored(&app).await, 1);
        let ready: Value = look(&app, "/ready").await.1;
        assert_eq!(ready["since_start"]["refused"], json!(refused), "{ready}");
        app.work_and_finish().await;
    }

    async fn the_challenge_is_echoed_and_other_events_are_acknowledged_and_dropped(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        let secret = app.slack.signing_secret().to_owned();
        let (status, body) = answer(app.signed(r#"{"type":"url_verification","challenge":"a\"b"}"#, &secret)).await;
        assert_eq!((status, body), (200, json!({"challenge": "a\"b"})));
        let other = r#"{"type":"event_callback","team_id":"T1","event":{"type":"team_rename","name":"x"}}"#;
        assert_eq!(answer(app.signed(other, &secret)).await.0, 200);
        assert_eq!(answer(app.signed(r#"{"type":"what_slack_may_add"}"#, &secret)).await.0, 200);
        let click = SignedRequest {
            content_type: "application/x-www-form-urlencoded".to_owned(),
            ..app.signed("payload=%7B%22type%22%3A%22shortcut%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D%7D", &secret)
        };
        assert_eq!(click.send().await, (200, String::new()));
        let counts = &look(&app, "/ready").await.1["since_start"];
        assert_eq!((&counts["interactions"], &counts["ignored"]), (&json!(1), &json!(3)), "{counts}");
        assert_eq!(stored(&app).await, 0);
        app.work_and_finish().await;
    }

    async fn a_thousand_idle_or_half_sent_connections_hurt_nobody(database: TestDatabase) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let app = TestApp::start(database).await;
        let address = app.url.trim_start_matches("http://").to_owned();
        let mut idle = Vec::new();
        for number in 0..1_000 {
            let mut stream = tokio::net::TcpStream::connect(&address).await.expect("connected");
            if number % 2 == 0 {
                stream.write_all(b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{").await.expect("sent");
            }
            idle.push(stream);
        }
        ACME.says(&app.slack, "through the crowd");
        app.until_both_have(1).await;
        // Those that began a request and never went on are told so, within Slack's own time.
        let mut answer = [0; 12];
        idle[0].read_exact(&mut answer).await.expect("answered");
        assert_eq!(&answer, b"HTTP/1.1 408");
        drop(idle);
        app.finish().await;
    }

    async fn health_asks_nobody_and_readiness_asks_the_database_and_looks_for_workers(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        assert_eq!(look(&app, "/health").await, (200, json!({"status": "ok"})));
        let (status, ready) = look(&app, "/ready").await;
        assert_eq!((status, ready["status"].as_str()), (200, Some("ok")), "{ready}");
        ACME.says(&app.slack, "nobody works");
        app.slack.wait_until(|slack| slack.undelivered() == 0, testkit::PATIENCE).await.expect("acknowledged");
        app.db.write(sql!("UPDATE lanes SET due_at = due_at - 121000 WHERE lane LIKE 'src:%'")).execute_one("lanes", "src").await.expect("older");
        let (status, ready) = look(&app, "/ready").await;
        assert_eq!((status, ready["status"].as_str()), (503, Some("stalled")), "{ready}");
        app.db.close().await;
        assert_eq!(look(&app, "/health").await.0, 200);
        let (status, ready) = look(&app, "/ready").await;
        assert_eq!((status, ready["status"].as_str()), (503, Some("database_unavailable")), "{ready}");
        let (status, body) = look(&app, "/elsewhere").await;
        assert_eq!((status, body["error"].as_str()), (404, Some("not_found")));
        let (status, body) = look(&app, "/slack/events").await;
        assert_eq!((status, body["error"].as_str()), (405, Some("method_not_allowed")));
    }

    async fn when_the_database_does_not_take_an_event_slack_is_told_in_time(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        let secret = app.slack.signing_secret().to_owned();
        app.db.close().await;
        let began = Instant::now();
        let (status, body) = answer(app.signed(&message("Ev1", "hello"), &secret)).await;
        assert_eq!((status, body["error"].as_str()), (503, Some("try_again")));
        assert!(began.elapsed() < Duration::from_secs(3), "Slack would have given up");
    }
}

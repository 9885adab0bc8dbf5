//! One event's way to the app: signature, acknowledgement, retries.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use slack_emulator::{RequestUrlError, RetryReason, Settings};

use crate::support::{
    ADA, GENERAL, PATIENCE, Receiver, Reply, Seen, TEAM, acme, acme_and_app, acme_with, attempts,
};

const MINUTE: Duration = Duration::from_mins(1);

/// Slack's recipe, spelled out once more: over the raw bytes.
fn is_signed(seen: &Seen, secret: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(b"v0:");
    mac.update(seen.header("x-slack-request-timestamp").as_bytes());
    mac.update(b":");
    mac.update(&seen.body);
    let given = seen.header("x-slack-signature").strip_prefix("v0=").unwrap();
    mac.verify_slice(&hex::decode(given).unwrap()).is_ok()
}

#[tokio::test]
async fn an_event_is_signed_over_its_raw_body() {
    let (slack, app) = acme_and_app().await;
    slack.say(TEAM, GENERAL, ADA, "grüße & <@U0BEN> 👋");
    let seen = &app.after(1).await[0];
    assert!(is_signed(seen, slack.signing_secret()));
    assert!(!is_signed(seen, "another secret"));
    assert_eq!(seen.header("content-type"), "application/json");
    assert!(seen.header("user-agent").starts_with("Slackbot 1.0"));
    assert_eq!(seen.header("x-slack-retry-num"), "");
    attempts(&slack, 1).await;
    let delivery = &slack.deliveries()[0];
    assert!(delivery.is_acknowledged());
    assert_eq!(delivery.status, Some(200));
    assert_eq!(delivery.event_id, seen.event_id());
    assert_eq!(delivery.signature_timestamp.to_string(), seen.header("x-slack-request-timestamp"));
}

#[tokio::test]
async fn any_2xx_is_an_acknowledgement() {
    let (slack, app) = acme_and_app().await;
    app.will([Reply::Status(204)]);
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 1).await;
    assert!(slack.deliveries()[0].is_acknowledged());
    assert_eq!(slack.undelivered(), 0);
}

#[tokio::test]
async fn a_failed_event_is_retried_at_once_then_after_one_minute_and_after_five() {
    let (slack, app) = acme_and_app().await;
    app.will([500, 503, 404, 400].map(Reply::Status));
    slack.say(TEAM, GENERAL, ADA, "hello");

    attempts(&slack, 2).await;
    let waiting = &slack.waiting_retries()[0];
    assert_eq!((waiting.number, waiting.reason), (2, RetryReason::HttpError));
    assert!(waiting.due_in <= MINUTE && waiting.due_in > MINUTE / 2, "{:?}", waiting.due_in);

    slack.advance(MINUTE);
    attempts(&slack, 3).await;
    let waiting = &slack.waiting_retries()[0];
    assert!(waiting.due_in <= MINUTE * 5 && waiting.due_in > MINUTE * 4, "{:?}", waiting.due_in);

    slack.advance(MINUTE * 5);
    attempts(&slack, 4).await;
    assert_eq!(slack.waiting_retries().len(), 0);
    assert_eq!(slack.undelivered(), 0);

    let seen = app.after(4).await;
    let headers: Vec<_> = seen
        .iter()
        .map(|seen| (seen.header("x-slack-retry-num"), seen.header("x-slack-retry-reason")))
        .collect();
    assert_eq!(headers, [("", ""), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]);
    assert!(seen.iter().all(|other| other.event_id() == seen[0].event_id()));
    assert!(seen.iter().all(|seen| is_signed(seen, slack.signing_secret())));
    let recorded: Vec<_> = slack.deliveries().iter().map(|d| (d.attempt, d.status)).collect();
    assert_eq!(recorded, [(1, Some(500)), (2, Some(503)), (3, Some(404)), (4, Some(400))]);
}

#[tokio::test]
async fn delayed_events_go_on_hourly_for_a_day() {
    let (slack, app) = acme_and_app().await;
    slack.switch(|switches| switches.delayed_events = true);
    app.will(vec![Reply::Status(500); 28]);
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 2).await;
    slack.advance(MINUTE);
    attempts(&slack, 3).await;
    slack.advance(MINUTE * 5);
    for count in 4..28 {
        attempts(&slack, count).await;
        assert!(slack.waiting_retries()[0].due_in > MINUTE * 59);
        slack.advance(MINUTE * 60);
    }
    attempts(&slack, 28).await;
    assert_eq!(slack.waiting_retries().len(), 0);
    assert_eq!(app.seen()[27].header("x-slack-retry-num"), "27");
}

#[tokio::test]
async fn x_slack_no_retry_ends_the_retries_of_an_event() {
    let (slack, app) = acme_and_app().await;
    app.will([Reply::NoRetry(500)]);
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 1).await;
    assert_eq!(slack.waiting_retries().len(), 0);
    assert_eq!(slack.undelivered(), 0);
    assert!(!slack.deliveries()[0].is_acknowledged());
}

#[tokio::test]
async fn no_answer_in_time_is_http_timeout() {
    let settings = Settings { event_timeout: Duration::from_millis(40), ..Settings::default() };
    let slack = acme_with(settings).await;
    let app = Receiver::start().await;
    // With so little time even a good answer may come too late, so there is none at all.
    app.will(vec![Reply::Silence; 2]);
    slack.set_request_url_unverified(&app.url).await.unwrap();
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 2).await;
    let [first, second] = &slack.deliveries()[..] else { panic!("two attempts") };
    assert_eq!((first.failure, first.status), (Some(RetryReason::HttpTimeout), None));
    assert_eq!(second.retry_reason, Some(RetryReason::HttpTimeout));
    assert_eq!(RetryReason::HttpTimeout.as_str(), "http_timeout");
    assert_eq!(Settings::default().event_timeout, Duration::from_secs(3));
}

#[tokio::test]
async fn redirects_are_followed_twice_and_no_further() {
    let (slack, app) = acme_and_app().await;
    app.will([Reply::Redirect(302), Reply::Redirect(301)]);
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 1).await;
    assert!(slack.deliveries()[0].is_acknowledged());
    let seen = app.after(3).await;
    assert!(seen.iter().all(|seen| is_signed(seen, slack.signing_secret())));

    app.forget();
    app.will(vec![Reply::Redirect(302); 3]);
    slack.say(TEAM, GENERAL, ADA, "again");
    attempts(&slack, 3).await;
    assert_eq!(slack.deliveries()[1].failure, Some(RetryReason::TooManyRedirects));
    assert_eq!(app.seen()[3].header("x-slack-retry-reason"), "too_many_redirects");
}

#[tokio::test]
async fn nobody_there_is_connection_failed() {
    let (slack, app) = acme_and_app().await;
    // Bound, so that nobody else takes the port, but not listening.
    let nobody = tokio::net::TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let nowhere = format!("http://{}/", nobody.local_addr().unwrap());
    app.will([Reply::RedirectTo(nowhere)]);
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 2).await;
    assert_eq!(slack.deliveries()[0].failure, Some(RetryReason::ConnectionFailed));
    assert_eq!(app.seen()[1].header("x-slack-retry-reason"), "connection_failed");
}

#[tokio::test]
async fn what_is_no_tls_is_ssl_error() {
    let (slack, app) = acme_and_app().await;
    app.will([Reply::RedirectTo(app.url.replace("http:", "https:"))]);
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 2).await;
    assert_eq!(slack.deliveries()[0].failure, Some(RetryReason::SslError));
    assert_eq!(app.seen()[1].header("x-slack-retry-reason"), "ssl_error");
}

#[tokio::test]
async fn a_connection_that_breaks_is_unknown_error() {
    let (slack, app) = acme_and_app().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let broken = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            connection.readable().await.unwrap();
            drop(connection);
        }
    });
    app.will([Reply::RedirectTo(broken)]);
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 2).await;
    assert_eq!(slack.deliveries()[0].failure, Some(RetryReason::UnknownError));
    assert_eq!(app.seen()[1].header("x-slack-retry-reason"), "unknown_error");
}

#[tokio::test]
async fn a_retry_is_signed_anew_or_not_as_the_switch_says() {
    for resigned in [true, false] {
        let (slack, app) = acme_and_app().await;
        slack.switch(|switches| switches.retries_are_resigned = resigned);
        app.will([Reply::Status(500), Reply::Status(500)]);
        slack.say(TEAM, GENERAL, ADA, "hello");
        attempts(&slack, 2).await;
        // A later signature is told apart by a clock that is set forward.
        slack.switch(|switches| switches.signature_skew_seconds = 60);
        slack.advance(MINUTE);
        let seen = app.after(3).await;
        let stamp =
            |at: usize| -> i64 { seen[at].header("x-slack-request-timestamp").parse().unwrap() };
        assert_eq!(stamp(2) - stamp(0) >= 60, resigned);
        assert_eq!(stamp(2) == stamp(0), !resigned);
        assert!(is_signed(&seen[2], slack.signing_secret()));
    }
}

#[tokio::test]
async fn an_event_can_be_sent_once_more_by_hand() {
    let (slack, app) = acme_and_app().await;
    slack.say(TEAM, GENERAL, ADA, "hello");
    attempts(&slack, 1).await;
    let id = slack.deliveries()[0].event_id.clone();
    assert!(slack.redeliver(&id));
    let seen = app.after(2).await;
    assert_eq!(seen[0].body, seen[1].body);
    attempts(&slack, 2).await;
    assert_eq!(slack.undelivered(), 0);
    assert!(!slack.redeliver("Ev0NONE"));
}

#[tokio::test]
async fn a_request_url_is_taken_once_it_echoes_the_challenge() {
    let slack = acme().await;
    let app = Receiver::start().await;
    for (reply, wanted) in [
        (Reply::Status(500), "the request URL answered the challenge with HTTP status 500"),
        (Reply::Body("challenge"), "the request URL did not echo the challenge"),
    ] {
        app.will([reply]);
        let error = slack.set_request_url(&app.url).await.unwrap_err();
        assert_eq!(error.to_string(), wanted);
    }
    let error = slack.set_request_url("no url").await.unwrap_err();
    assert!(matches!(error, RequestUrlError::NotAUrl));
    slack.say(TEAM, GENERAL, ADA, "nobody hears this");

    app.forget();
    slack.set_request_url(&app.url).await.unwrap();
    let challenge = &app.after(1).await[0];
    assert_eq!(challenge.json["type"], "url_verification");
    assert!(is_signed(challenge, slack.signing_secret()));
    slack.say(TEAM, GENERAL, ADA, "hello");
    assert_eq!(app.after(2).await[1].text(), "hello");
    slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.unwrap();

    slack.clear_request_url();
    slack.say(TEAM, GENERAL, ADA, "nobody hears this either");
    assert_eq!(slack.undelivered(), 0);
}

#[tokio::test]
async fn an_answer_of_the_api_does_not_wait_for_events() {
    let (slack, app) = acme_and_app().await;
    app.will([Reply::Silence]);
    let caller = crate::support::Caller::new(&slack, TEAM);
    let arguments = serde_json::json!({ "channel": GENERAL, "text": "hi" });
    assert_eq!(caller.call("chat.postMessage", arguments).await["ok"], true);
    assert_eq!(slack.deliveries().len(), 0);
    app.after(1).await;
}

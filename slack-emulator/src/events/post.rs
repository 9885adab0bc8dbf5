//! Sends one request to the app and tells what came of it, in Slack's words.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT};
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;

use super::signature::Signature;

/// "HTTP redirects are followed at most twice."
const REDIRECTS: usize = 2;

pub(super) const RETRY_NUM: HeaderName = HeaderName::from_static("x-slack-retry-num");
pub(super) const RETRY_REASON: HeaderName = HeaderName::from_static("x-slack-retry-reason");
const NO_RETRY: HeaderName = HeaderName::from_static("x-slack-no-retry");
const SIGNATURE: HeaderName = HeaderName::from_static("x-slack-signature");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-slack-request-timestamp");

/// Why an event has to be sent again, as the header `x-slack-retry-reason` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryReason {
    /// The receiver did not answer in time.
    HttpTimeout,
    /// The receiver redirected more than twice.
    TooManyRedirects,
    /// No connection could be made.
    ConnectionFailed,
    /// The receiver's certificate could not be verified.
    SslError,
    /// The receiver answered with a status other than 2xx.
    HttpError,
    /// Anything else, such as a connection that broke.
    UnknownError,
}

impl RetryReason {
    /// The reason as the header tells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HttpTimeout => "http_timeout",
            Self::TooManyRedirects => "too_many_redirects",
            Self::ConnectionFailed => "connection_failed",
            Self::SslError => "ssl_error",
            Self::HttpError => "http_error",
            Self::UnknownError => "unknown_error",
        }
    }
}

/// What the receiver answered.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Whether it asked not to be sent this again.
    pub(super) no_retry: bool,
    pub(super) body: Bytes,
}

/// A client for events: it follows no redirects by itself, for they are counted here.
pub(crate) fn client() -> reqwest::Result<Client> {
    // Someone else in the process may have chosen a provider already, which is as good.
    let _already = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "each request has its own time-out in `send`")]
    let builder = Client::builder();
    builder.redirect(reqwest::redirect::Policy::none()).build()
}

/// The headers of everything that Slack sends.
pub(super) fn headers(signature: &Signature) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static("Slackbot 1.0 (+https://api.slack.com/robots)"),
    );
    headers.insert(TIMESTAMP, HeaderValue::from(signature.timestamp));
    let text = HeaderValue::from_str(&signature.text).expect("a signature is hexadecimal digits");
    headers.insert(SIGNATURE, text);
    headers
}

/// Posts the body and waits for the answer, redirects included, as long as `timeout`.
pub(super) async fn send(
    client: &Client,
    url: Url,
    headers: HeaderMap,
    body: Bytes,
    timeout: Duration,
) -> Result<Answer, RetryReason> {
    tokio::time::timeout(timeout, follow(client, url, headers, body))
        .await
        .unwrap_or(Err(RetryReason::HttpTimeout))
}

async fn follow(
    client: &Client,
    mut url: Url,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Answer, RetryReason> {
    for _ in 0..=REDIRECTS {
        let request = client.post(url.clone()).headers(headers.clone()).body(body.clone());
        let response = request.send().await.map_err(|error| reason(&error))?;
        let status = response.status();
        if matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND) {
            let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            url = target.and_then(|target| url.join(target).ok()).ok_or(RetryReason::HttpError)?;
            continue;
        }
        let no_retry = response.headers().get(NO_RETRY).is_some_and(|value| value == "1");
        let body = response.bytes().await.map_err(|error| reason(&error))?;
        return Ok(Answer { status, no_retry, body });
    }
    Err(RetryReason::TooManyRedirects)
}

fn reason(error: &reqwest::Error) -> RetryReason {
    if error.is_timeout() {
        RetryReason::HttpTimeout
    } else if is_tls(error) {
        RetryReason::SslError
    } else if error.is_connect() {
        RetryReason::ConnectionFailed
    } else {
        RetryReason::UnknownError
    }
}

/// An error of TLS may hide inside I/O errors, which hide it from `source`.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        let hidden = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = hidden.map(|hidden| hidden as &(dyn std::error::Error + 'static));
        next = next.or_else(|| error.source());
    }
    false
}

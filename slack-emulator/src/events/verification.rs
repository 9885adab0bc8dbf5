//! `url_verification`: before Slack sends events to a URL, the app there has to echo a challenge.
//! <https://docs.slack.dev/reference/events/url_verification>

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use url::Url;

use super::envelope::VERIFICATION_TOKEN;
use super::post::{self, RetryReason};
use super::signature::sign;
use crate::core::Core;
use crate::time::now_seconds;

/// Why a request URL was not taken.
#[derive(Debug, thiserror::Error)]
pub enum RequestUrlError {
    /// The text is no URL of HTTP.
    #[error("the request URL is not an http or https URL")]
    NotAUrl,
    /// The challenge could not be sent.
    #[error("the request URL did not answer the challenge: {}", .0.as_str())]
    NoAnswer(RetryReason),
    /// The answer has a status other than 2xx.
    #[error("the request URL answered the challenge with HTTP status {0}")]
    Status(u16),
    /// The answer is not the challenge.
    #[error("the request URL did not echo the challenge")]
    WrongChallenge,
}

/// Reads a request URL.
pub(crate) fn read_url(text: &str) -> Result<Url, RequestUrlError> {
    let url = Url::parse(text).map_err(|_| RequestUrlError::NotAUrl)?;
    let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
    is_http.then_some(url).ok_or(RequestUrlError::NotAUrl)
}

/// Sends the challenge and checks the answer.
pub(crate) async fn verify(core: &Arc<Core>, url: Url) -> Result<(), RequestUrlError> {
    let (challenge, skew) =
        core.change(|state| (state.chance.challenge(), state.switches.signature_skew_seconds));
    let request = json!({
        "token": VERIFICATION_TOKEN,
        "challenge": challenge,
        "type": "url_verification",
    });
    let body = Bytes::from(request.to_string());
    let now = i64::try_from(now_seconds()).expect("the year is far from overflowing");
    let headers = post::headers(&sign(&core.settings.signing_secret, now + skew, &body));
    let answer = post::send(&core.client, url, headers, body, core.settings.event_timeout).await;
    let answer = answer.map_err(RequestUrlError::NoAnswer)?;
    if !answer.status.is_success() {
        return Err(RequestUrlError::Status(answer.status.as_u16()));
    }
    echoes(&answer.body, &challenge).then_some(()).ok_or(RequestUrlError::WrongChallenge)
}

/// The challenge may come back as plain text, as a form or as JSON.
fn echoes(body: &[u8], challenge: &str) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    let text = text.trim();
    let in_json =
        serde_json::from_str::<Value>(text).is_ok_and(|json| json["challenge"] == challenge);
    text == challenge || text.strip_prefix("challenge=") == Some(challenge) || in_json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_may_come_back_in_three_forms() {
        for body in ["abc", " abc\n", "challenge=abc", r#"{"challenge":"abc","more":1}"#] {
            assert!(echoes(body.as_bytes(), "abc"), "{body}");
        }
        for body in ["", "abcd", r#"{"challenge":"ab"}"#, r#""abc""#, "ok"] {
            assert!(!echoes(body.as_bytes(), "abc"), "{body}");
        }
    }

    #[test]
    fn request_urls_are_urls_of_http() {
        assert!(read_url("http://127.0.0.1:3000/slack/events").is_ok());
        for text in ["", "slack/events", "ftp://example.com/", "mailto:a@example.com"] {
            assert!(read_url(text).is_err(), "{text}");
        }
    }
}

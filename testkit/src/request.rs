//! Requests to ingress, as Slack and load balancers send them.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use shared::clock::Clock;

use crate::PATIENCE;

/// A request to `POST /slack/events`.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SignedRequest {
    pub url: String,
    pub content_type: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
    /// It was sent before, so often.
    pub retry_num: Option<u32>,
}

impl SignedRequest {
    /// One that Slack sends now.
    pub(crate) fn to(url: String, body: &str, secret: &str) -> Self {
        Self::at(Clock::system().now().timestamp(), url, body, secret)
    }

    /// One that Slack signed then (seconds since 1970).
    pub fn at(timestamp: i64, url: String, body: &str, secret: &str) -> Self {
        let timestamp = timestamp.to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
        mac.update(format!("v0:{timestamp}:{body}").as_bytes());
        let signature = format!("v0={}", hex::encode(mac.finalize().into_bytes()));
        let content_type = "application/json".to_owned();
        Self { url, content_type, timestamp, signature, body: body.to_owned(), retry_num: None }
    }

    /// Sends it; returns status and body.
    pub async fn send(self) -> (u16, String) {
        let mut request = http_client()
            .post(self.url)
            .header("content-type", self.content_type)
            .header("x-slack-request-timestamp", self.timestamp)
            .header("x-slack-signature", self.signature)
            .body(self.body);
        if let Some(number) = self.retry_num {
            request = request.header("x-slack-retry-num", number);
        }
        answer(request).await
    }
}

/// What a `GET` of `url` answers: status and body.
pub async fn get(url: &str) -> (u16, String) {
    answer(http_client().get(url)).await
}

async fn answer(request: reqwest::RequestBuilder) -> (u16, String) {
    let response = request.send().await.expect("answered");
    (response.status().as_u16(), response.text().await.expect("a body"))
}

/// A client for requests of tests.
pub(crate) fn http_client() -> reqwest::Client {
    shared::http_client(PATIENCE).expect("a client")
}

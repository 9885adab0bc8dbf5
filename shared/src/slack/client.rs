//! Calls Slack's Web API (docs.slack.dev/apis/web-api): JSON in, JSON out, a deadline for each call.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;
use url::Url;

use super::error::CallError;
use super::tier::Tier;

/// A method of the Web API: its name, what it takes and what it gives. One file each in
/// [`methods`](super::methods).
pub trait Method: Serialize + Sync {
    /// As in its address, such as `chat.postMessage`.
    const NAME: &'static str;
    /// How often it may be called.
    const TIER: Tier;
    /// What it answers, besides `ok`.
    type Answer: DeserializeOwned;
}

/// Calls Slack. Cheap to clone; connections are shared.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    api_url: Url,
}

/// What the app calls with in its own name.
#[derive(Debug, Clone)]
pub struct AppCredentials {
    /// Names it.
    pub client_id: String,
    /// Proves it.
    pub client_secret: SecretString,
}

/// In whose name a method is called.
enum Caller<'c> {
    Token(&'c SecretString),
    App(&'c AppCredentials),
}

/// When Slack says 429 without saying how long.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(30);
/// "At once" would be asked again and again.
const SHORTEST_RETRY_AFTER: Duration = Duration::from_secs(1);
/// Slack's limits are per minute; an absurd number must not stop a channel for days.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

impl Client {
    /// `api_url`: base address, ending in `/`.
    pub fn new(http: reqwest::Client, api_url: Url) -> Self {
        Self { http, api_url }
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(super) fn api_url(&self) -> &Url {
        &self.api_url
    }

    /// Calls a method with a workspace's token. No answer within `deadline` is [`CallError::NoAnswer`].
    pub async fn call<M: Method>(
        &self,
        token: &SecretString,
        method: &M,
        deadline: Duration,
    ) -> Result<M::Answer, CallError> {
        let span = tracing::info_span!(
            "slack.call",
            "otel.name" = format!("slack.{}", M::NAME),
            slack.method = M::NAME
        );
        self.send(Caller::Token(token), method, deadline).instrument(span).await
    }

    /// As [`Client::call`], in the app's own name.
    pub async fn call_as_app<M: Method>(
        &self,
        app: &AppCredentials,
        method: &M,
        deadline: Duration,
    ) -> Result<M::Answer, CallError> {
        let span = tracing::info_span!(
            "slack.call",
            "otel.name" = format!("slack.{}", M::NAME),
            slack.method = M::NAME
        );
        self.send(Caller::App(app), method, deadline).instrument(span).await
    }

    async fn send<M: Method>(
        &self,
        caller: Caller<'_>,
        method: &M,
        deadline: Duration,
    ) -> Result<M::Answer, CallError> {
        let name = M::NAME;
        let url = self.api_url.join(name).expect("method names are valid in addresses");
        // Not every method reads JSON bodies; all of them read forms.
        let request = self.http.post(url);
        let request = match caller {
            Caller::Token(token) => request.bearer_auth(token.expose_secret()),
            Caller::App(AppCredentials { client_id, client_secret }) => {
                request.basic_auth(client_id, Some(client_secret.expose_secret()))
            }
        };
        let request = request.form(method).timeout(deadline);
        let failed = |error| CallError::of_http(name, error);
        let response = request.send().await.map_err(failed)?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS {
            let retry_after = retry_after(response.headers());
            return Err(CallError::RateLimited { method: name, retry_after });
        }
        let body = response.bytes().await.map_err(failed)?;
        let unusable = || CallError::Unusable { method: name, status: status.as_u16() };
        if status.is_server_error() {
            return Err(unusable());
        }
        let Verdict { ok, error } = serde_json::from_slice(&body).map_err(|_| unusable())?;
        if !ok {
            return Err(CallError::Slack { method: name, code: error.unwrap_or_default() });
        }
        serde_json::from_slice(&body).map_err(|_| unusable())
    }
}

/// How long Slack wants to hear nothing, as a 429 says.
pub(super) fn retry_after(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let pause = seconds.map_or(DEFAULT_RETRY_AFTER, Duration::from_secs);
    pause.clamp(SHORTEST_RETRY_AFTER, LONGEST_RETRY_AFTER)
}

/// What every answer begins with.
#[derive(Deserialize)]
struct Verdict {
    ok: bool,
    error: Option<String>,
}

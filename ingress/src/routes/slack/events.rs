//! `POST /slack/events`: events and interactions, verified on the raw bytes, committed, answered.
//!
//! Slack waits three seconds and sends again what was not answered with a 2xx
//! (docs.slack.dev/apis/events-api), so an answer never comes later than that and never says yes too early.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use shared::queue::{Enqueued, NewJob};
use shared::slack::signature::Sent;

use super::decision::Decision;
use super::rate_limited;
use super::{dispatch, interaction};
use crate::Edge;
use crate::refusal::Refusal;

/// For the body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_millis(1_500);
/// For the commit. Together they stay below Slack's three seconds.
const STORE_TIMEOUT: Duration = Duration::from_millis(1_200);

pub(crate) async fn receive(State(edge): State<Edge>, request: Request) -> Response {
    match accept(&edge, request).await {
        Ok(response) => response,
        Err(refusal) => {
            edge.counts.refused.add_one();
            refusal.into_response()
        }
    }
}

async fn accept(edge: &Edge, request: Request) -> Result<Response, Refusal> {
    let kind = content_kind(request.headers())?;
    let (parts, body) = request.into_parts();
    let body = read(body, edge.slack_body_limit).await.inspect_err(|refusal| {
        tracing::warn!(?refusal, "a request to Slack's address is refused unread");
    })?;
    let header =
        |name| parts.headers.get(name).map(axum::http::HeaderValue::as_bytes).unwrap_or_default();
    let now = edge.clock.now().timestamp();
    let is_repeated = parts.headers.contains_key("x-slack-retry-num");
    let as_sent = match kind {
        ContentKind::Json if is_repeated => Sent::Again,
        ContentKind::Json | ContentKind::Form => Sent::Once,
    };
    let (timestamp, signature) = (header("x-slack-request-timestamp"), header("x-slack-signature"));
    edge.verifier.verify(timestamp, signature, &body, now, as_sent).map_err(Refusal::Unsigned)?;
    match kind {
        ContentKind::Json => {
            event(edge, &body).await.inspect_err(|refusal| {
                // Slack says who it is for, and will give up: somebody should know.
                if let Refusal::Malformed(reason) = refusal {
                    tracing::error!(reason, "an event from Slack makes no sense and is refused");
                }
            })
        }
        ContentKind::Form => {
            edge.counts.interactions.add_one();
            take(edge, interaction::decide(&body)?).await?;
            Ok(StatusCode::OK.into_response())
        }
    }
}

/// Events come as JSON, interactions as a form.
enum ContentKind {
    Json,
    Form,
}

fn content_kind(headers: &HeaderMap) -> Result<ContentKind, Refusal> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(ContentKind::Json)
    } else if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(ContentKind::Form)
    } else {
        Err(Refusal::WrongContentType)
    }
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    // Of what says beforehand that it is too large, nothing is read.
    if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(Refusal::TooLarge);
    }
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge),
        Ok(Err(_)) => Err(Refusal::Malformed("the body ended early")),
        Err(_) => Err(Refusal::TooSlow),
    }
}

/// What every JSON request begins with.
#[derive(Deserialize)]
struct Outer<'b> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'b, str>,
    #[serde(borrow, default)]
    challenge: Option<Cow<'b, str>>,
    #[serde(borrow, default)]
    event: Option<&'b RawValue>,
}

async fn event(edge: &Edge, body: &[u8]) -> Result<Response, Refusal> {
    let text =
        std::str::from_utf8(body).map_err(|_| Refusal::Malformed("the body is not UTF-8"))?;
    let outer: Outer<'_> = serde_json::from_str(text)
        .map_err(|_| Refusal::Malformed("the body is not a JSON object with a type"))?;
    match (&*outer.kind, outer.event, outer.challenge) {
        ("url_verification", _, Some(challenge)) => {
            Ok(Json(json!({ "challenge": challenge })).into_response())
        }
        ("event_callback", Some(event), _) => {
            take(edge, dispatch::decide(text, event)?).await?;
            Ok(StatusCode::OK.into_response())
        }
        ("app_rate_limited", ..) => {
            store(edge, rate_limited::job(text)?).await?;
            Ok(StatusCode::OK.into_response())
        }
        ("url_verification" | "event_callback", ..) => {
            Err(Refusal::Malformed("the request lacks what its type promises"))
        }
        // Slack may add types; answering 200 keeps it from sending them again.
        _ => {
            edge.counts.ignored.add_one();
            Ok(StatusCode::OK.into_response())
        }
    }
}

/// Does what was decided.
async fn take(edge: &Edge, decision: Decision) -> Result<(), Refusal> {
    match decision {
        Decision::Store(job) => store(edge, job).await?,
        Decision::Own => edge.counts.own.add_one(),
        Decision::Ignore => edge.counts.ignored.add_one(),
    }
    Ok(())
}

/// Returns when the job is on disk.
async fn store(edge: &Edge, job: NewJob) -> Result<(), Refusal> {
    let stored = tokio::time::timeout(STORE_TIMEOUT, edge.writer.write(job)).await;
    match &stored {
        Ok(Ok(_)) => edge.storing.succeeded(),
        Ok(Err(_)) | Err(_) => edge.storing.failed(edge.clock.epoch_millis()),
    }
    match stored {
        Ok(Ok(Enqueued::New)) => {
            edge.counts.stored.add_one();
            Ok(())
        }
        Ok(Ok(Enqueued::Duplicate)) => {
            edge.counts.duplicates.add_one();
            Ok(())
        }
        Ok(Err(error)) => {
            let error = shared::error::chain(&error);
            tracing::error!(error, "an event could not be stored; Slack will send it again");
            Err(Refusal::NotStored)
        }
        Err(_) => {
            tracing::error!("the database was too slow for an event; Slack will send it again");
            Err(Refusal::NotStored)
        }
    }
}

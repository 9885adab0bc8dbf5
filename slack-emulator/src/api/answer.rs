//! An answer of the Web API as HTTP: status 200 whatever it says, but for rate limits and
//! breakdowns. <https://docs.slack.dev/apis/web-api/#responses>

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::error::ApiError;
use crate::record::Outcome;

const OAUTH_SCOPES: HeaderName = HeaderName::from_static("x-oauth-scopes");
const ACCEPTED_SCOPES: HeaderName = HeaderName::from_static("x-accepted-oauth-scopes");

/// What the caller is told.
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    body: Map<String, Value>,
    retry_after: Option<u64>,
}

impl Answer {
    pub(super) fn ok(mut fields: Map<String, Value>, warnings: &[&'static str]) -> Self {
        fields.insert("ok".to_owned(), json!(true));
        warn(&mut fields, warnings);
        Self { outcome: Outcome::Ok, body: fields, retry_after: None }
    }

    pub(super) fn error(error: &ApiError, scopes: &[String], warnings: &[&'static str]) -> Self {
        let mut body = Map::new();
        body.insert("ok".to_owned(), json!(false));
        body.insert("error".to_owned(), json!(error.code));
        if let Some(needed) = &error.needed {
            body.insert("needed".to_owned(), json!(needed));
            body.insert("provided".to_owned(), json!(scopes.join(",")));
        }
        if !error.errors.is_empty() {
            body.insert("errors".to_owned(), json!(error.errors));
        }
        if !error.messages.is_empty() {
            body.insert("response_metadata".to_owned(), json!({ "messages": error.messages }));
        }
        warn(&mut body, warnings);
        let outcome = Outcome::Error { code: error.code.to_string() };
        Self { outcome, body, retry_after: None }
    }

    /// HTTP 429. <https://docs.slack.dev/apis/web-api/rate-limits>
    pub(super) fn rate_limited(retry_after: u64) -> Self {
        let error = ApiError::plain("ratelimited");
        let outcome = Outcome::Status { status: StatusCode::TOO_MANY_REQUESTS.as_u16() };
        Self { outcome, retry_after: Some(retry_after), ..Self::error(&error, &[], &[]) }
    }

    /// A breakdown, with an answer that is not of the API.
    pub(super) fn status(status: u16) -> Self {
        Self { outcome: Outcome::Status { status }, body: Map::new(), retry_after: None }
    }

    /// None: the connection will be cut.
    pub(super) fn none(outcome: Outcome) -> Self {
        Self { outcome, body: Map::new(), retry_after: None }
    }

    pub(super) fn into_response(self, granted: &[String], accepted: &[&str]) -> Response<Body> {
        let status = match self.outcome {
            Outcome::Status { status } => {
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            _ => StatusCode::OK,
        };
        let (content_type, body) = if self.body.is_empty() {
            ("text/html; charset=utf-8", "<h1>Server Error</h1>".to_owned())
        } else {
            ("application/json; charset=utf-8", Value::Object(self.body).to_string())
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        for (name, list) in
            [(OAUTH_SCOPES, granted.join(",")), (ACCEPTED_SCOPES, accepted.join(","))]
        {
            if let Ok(list) = HeaderValue::from_str(&list)
                && !list.is_empty()
            {
                headers.insert(name, list);
            }
        }
        response
    }
}

fn warn(body: &mut Map<String, Value>, warnings: &[&'static str]) {
    if warnings.is_empty() {
        return;
    }
    body.insert("warning".to_owned(), json!(warnings.join(",")));
    let metadata = body.entry("response_metadata").or_insert_with(|| json!({}));
    metadata["warnings"] = json!(warnings);
}

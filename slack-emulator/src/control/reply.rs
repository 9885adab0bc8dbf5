//! How the controls answer.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

/// The request makes no sense.
pub(super) struct Refused(pub(super) String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, Json(json!({ "ok": false, "error": self.0 }))).into_response()
    }
}

pub(super) type Reply = Result<Json<Value>, Refused>;

pub(super) fn done() -> Json<Value> {
    Json(json!({ "ok": true }))
}

pub(super) fn refused(error: impl std::fmt::Display) -> Refused {
    Refused(error.to_string())
}

pub(super) fn read<T: for<'de> Deserialize<'de>>(body: Value) -> Result<T, Refused> {
    serde_json::from_value(body).map_err(refused)
}

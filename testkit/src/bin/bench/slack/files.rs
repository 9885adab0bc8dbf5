//! One file of any size: made while it is read, counted and forgotten while it is written.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::StreamExt as _;
use serde_json::{Value, json};
use shared::slack::file::FILE_MAX_BYTES;
use std::sync::Arc;

use super::Slack;
use crate::events::target_channel;

/// Bytes that are handed over at once.
const CHUNK: usize = 64 << 10;
static ZEROS: [u8; CHUNK] = [0; CHUNK];

/// The file, as far as it came.
#[derive(Debug, Default)]
pub(super) struct Upload {
    bytes: AtomicU64,
    is_shared: Mutex<bool>,
}

impl Upload {
    /// Its length, once it is shared.
    pub(super) fn shared(&self) -> Option<u64> {
        let is_shared = *self.is_shared.lock().unwrap_or_else(PoisonError::into_inner);
        is_shared.then(|| self.bytes.load(Ordering::Relaxed))
    }
}

pub(super) async fn download() -> Response {
    let chunks = FILE_MAX_BYTES / CHUNK as u64;
    let bytes = futures::stream::iter(0..chunks)
        .map(|_| Ok::<_, std::convert::Infallible>(Bytes::from_static(&ZEROS)));
    let length = (CONTENT_LENGTH, FILE_MAX_BYTES.to_string());
    let kind = (CONTENT_TYPE, "video/mp4".to_owned());
    ([length, kind], Body::from_stream(bytes)).into_response()
}

pub(super) async fn upload_address(State(slack): State<Arc<Slack>>) -> Json<Value> {
    Json(json!({ "ok": true, "upload_url": slack.address("upload"), "file_id": "F0COPY" }))
}

pub(super) async fn upload(State(slack): State<Arc<Slack>>, body: Body) -> StatusCode {
    let mut bytes = body.into_data_stream();
    while let Some(chunk) = bytes.next().await {
        let Ok(chunk) = chunk else { return StatusCode::BAD_REQUEST };
        slack.upload.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
    }
    StatusCode::OK
}

pub(super) async fn complete(State(slack): State<Arc<Slack>>) -> Json<Value> {
    *slack.upload.is_shared.lock().unwrap_or_else(PoisonError::into_inner) = true;
    Json(json!({ "ok": true }))
}

pub(super) async fn info() -> Json<Value> {
    let share = json!([{ "ts": "1800000000.999999" }]);
    let shares = json!({ "public": { target_channel(0): share } });
    Json(json!({ "ok": true, "file": { "id": "F0COPY", "shares": shares } }))
}

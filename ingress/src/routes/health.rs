//! `GET /health`: the process is alive. Asks nobody, so that a slow database never restarts it.

use axum::Json;
use serde_json::{Value, json};

pub(crate) async fn alive() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

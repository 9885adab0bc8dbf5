//! `GET /ready`: the database answers and takes writes, and workers take what waits. For monitoring and alerts; a load
//! balancer should ask `/health`, since an edge without workers still accepts what Slack sends.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::Edge;

/// Longer than a database that is well takes to answer.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);
/// Work that waits longer has no worker.
const STALLED_AFTER_MILLIS: i64 = 120_000;

pub(crate) async fn ready(State(edge): State<Edge>) -> Response {
    let asked = async {
        edge.queue.try_write().await?;
        edge.queue.backlog().await
    };
    let asked = tokio::time::timeout(DATABASE_TIMEOUT, asked).await;
    let (status, code, oldest) = match asked {
        Ok(Ok(backlog)) if edge.storing.fails(edge.clock.epoch_millis()) => {
            ("not_storing", StatusCode::SERVICE_UNAVAILABLE, Some(backlog.oldest_millis))
        }
        Ok(Ok(backlog)) if backlog.oldest_millis > STALLED_AFTER_MILLIS => {
            ("stalled", StatusCode::SERVICE_UNAVAILABLE, Some(backlog.oldest_millis))
        }
        Ok(Ok(backlog)) => ("ok", StatusCode::OK, Some(backlog.oldest_millis)),
        Ok(Err(error)) => {
            let error = shared::error::chain(&error);
            tracing::warn!(error, "not ready: the database does not answer, or takes no writes");
            ("database_unavailable", StatusCode::SERVICE_UNAVAILABLE, None)
        }
        Err(_) => ("database_slow", StatusCode::SERVICE_UNAVAILABLE, None),
    };
    let body = json!({
        "status": status,
        "queue": { "oldest_waiting_ms": oldest },
        "since_start": &*edge.counts,
    });
    (code, Json(body)).into_response()
}

//! What happens around every request, from the outside in.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tracing::Instrument as _;

/// The stack, outermost last.
pub(crate) fn wrap(router: Router) -> Router {
    router.layer(from_fn(answer_line))
}

/// One span and one line a request. Never its body, never its headers.
async fn answer_line(request: Request, next: Next) -> Response {
    let path =
        request.extensions().get::<MatchedPath>().map_or("unknown", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("http.request", http.method = %method, http.route = %path);
    async {
        let began = Instant::now();
        let response = next.run(request).await;
        let (status, duration_ms) = (response.status(), began.elapsed().as_secs_f64() * 1e3);
        if status.is_server_error() {
            tracing::warn!(http.status = status.as_u16(), duration_ms, "request failed");
        } else if status.is_client_error() {
            tracing::info!(http.status = status.as_u16(), duration_ms, "request refused");
        } else {
            tracing::debug!(http.status = status.as_u16(), duration_ms, "request answered");
        }
        response
    }
    .instrument(span)
    .await
}

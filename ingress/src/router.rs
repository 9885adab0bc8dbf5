//! Every path that the outside world can reach, and the file that answers it.

use axum::Router;
use axum::routing::{get, post};

use crate::refusal::Refusal;
use crate::routes::{health, ready, slack};
use crate::{Edge, middleware};

/// The whole HTTP surface. Anything else is 404.
pub fn router(edge: Edge) -> Router {
    let router = Router::new()
        .route("/slack/events", post(slack::events::receive))
        .route("/slack/install", get(slack::install::begin).head(slack::install::probe))
        .route(
            "/slack/oauth_redirect",
            get(slack::oauth_redirect::receive).head(slack::install::probe),
        )
        .route("/slack/install/{attempt}", get(slack::install_page::show))
        .route("/slack/install/{attempt}/status", get(slack::install_page::status))
        .route("/health", get(health::alive))
        .route("/ready", get(ready::ready))
        .fallback(async || Refusal::NoSuchPath)
        .method_not_allowed_fallback(async || Refusal::WrongMethod)
        .with_state(edge);
    middleware::wrap(router)
}

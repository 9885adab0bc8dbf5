//! The page: the workspaces side by side, to watch and to use.
//!
//! Its files are part of the binary. Nothing is loaded from elsewhere, and the browser is told to
//! see to that.

mod avatar;

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::core::Core;

const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'; object-src 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Each file by its address.
const FILES: [(&str, &str, &str); 18] = [
    ("/", HTML, include_str!("../../page/index.html")),
    ("/page/icon.svg", avatar::SVG, include_str!("../../page/icon.svg")),
    ("/page/style.css", CSS, include_str!("../../page/style.css")),
    ("/page/message.css", CSS, include_str!("../../page/message.css")),
    ("/page/line.css", CSS, include_str!("../../page/line.css")),
    ("/page/composer.css", CSS, include_str!("../../page/composer.css")),
    ("/page/installation.css", CSS, include_str!("../../page/installation.css")),
    ("/page/oauth.css", CSS, include_str!("../../page/oauth.css")),
    ("/page/app.js", SCRIPT, include_str!("../../page/app.js")),
    ("/page/body.js", SCRIPT, include_str!("../../page/body.js")),
    ("/page/composer.js", SCRIPT, include_str!("../../page/composer.js")),
    ("/page/dom.js", SCRIPT, include_str!("../../page/dom.js")),
    ("/page/installation.js", SCRIPT, include_str!("../../page/installation.js")),
    ("/page/line.js", SCRIPT, include_str!("../../page/line.js")),
    ("/page/message.js", SCRIPT, include_str!("../../page/message.js")),
    ("/page/mrkdwn.js", SCRIPT, include_str!("../../page/mrkdwn.js")),
    ("/page/notes.js", SCRIPT, include_str!("../../page/notes.js")),
    ("/page/window.js", SCRIPT, include_str!("../../page/window.js")),
];

pub(crate) fn routes() -> Router<Arc<Core>> {
    let mut router = Router::new()
        .route("/_emulator/avatar/{team}/{user}", get(avatar::user))
        .route("/_emulator/avatar/{team}", get(avatar::team));
    for (path, content_type, text) in FILES {
        router = router.route(path, get(async move || file(content_type, text)));
    }
    router
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    (safe_headers(content_type, POLICY), text).into_response()
}

/// What every file of the page is sent with.
fn safe_headers(
    content_type: &'static str,
    policy: &'static str,
) -> [(HeaderName, HeaderValue); 6] {
    [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-cache"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
}

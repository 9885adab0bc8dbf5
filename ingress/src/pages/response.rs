//! What a browser is held to. Nothing of an installation is stored by it or by anything on the way, nothing is told
//! to other sites, and a page runs and shows only what is its own.

use std::sync::LazyLock;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::App;
use super::document::{SCRIPT, STYLE, render};
use super::words::Page;

/// For whatever has to do with an installation.
pub(crate) const DISCREET: [(HeaderName, &str); 2] =
    [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];

/// By their hashes, no script and no style but these.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
});

/// A page.
pub(crate) fn page(status: StatusCode, page: &Page, app: Option<&App>) -> Response {
    let plain: [(HeaderName, &str); 3] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    let policy = HeaderValue::try_from(POLICY.as_str()).expect("hashes are written in ASCII");
    let html = render(page, app.map(App::install_url).as_deref());
    (status, DISCREET, plain, [(CONTENT_SECURITY_POLICY, policy)], html).into_response()
}

/// Sends the browser on.
pub(crate) fn redirect(status: StatusCode, target: &str) -> Response {
    let target = HeaderValue::try_from(target).expect("addresses are written in ASCII");
    (status, DISCREET, [(LOCATION, target)]).into_response()
}

//! What a browser keeps, by which it is known again: a cookie for each attempt, so that two tabs do not disturb each
//! other. The database has only its hash.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest as _, Sha256};
use shared::ids::InstallAttemptId;
use shared::rng::Rng;
use shared::tables::install_attempts::{Attempt, KEPT_FOR};

/// What stands in the place of a secret in the database.
pub(crate) fn hash(secret: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(secret))
}

/// A secret that nobody guesses.
fn secret(rng: &Rng) -> String {
    BASE64.encode(rng.bytes::<32>())
}

/// Somebody who begins: what their browser keeps, and what it is to bring back from Slack.
pub(crate) struct Visitor {
    cookie: String,
    pub(crate) state: String,
}

impl Visitor {
    pub(crate) fn new(rng: &Rng) -> Self {
        Self { cookie: secret(rng), state: secret(rng) }
    }

    pub(crate) fn cookie_hash(&self) -> String {
        hash(&self.cookie)
    }

    /// It lasts as long as the attempt may be asked for. No script reads it, no other site sends it along but by a link,
    /// and over a network it goes encrypted.
    pub(crate) fn set_cookie(&self, attempt: &InstallAttemptId, is_https: bool) -> HeaderValue {
        let secure = if is_https { "; Secure" } else { "" };
        let (name, value, age) = (name_of(attempt), &self.cookie, KEPT_FOR.num_seconds());
        let cookie =
            format!("{name}={value}; Path=/slack; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::try_from(cookie).expect("it is plain ASCII")
    }

    /// Whether a request comes from the browser in which an attempt began. Others may have set cookies of any bytes at
    /// the same address.
    pub(crate) fn is_of(headers: &HeaderMap, attempt: &Attempt) -> bool {
        let own = format!("{}=", name_of(&attempt.id));
        let headers = headers.get_all(COOKIE).into_iter();
        headers
            .flat_map(|cookies| cookies.as_bytes().split(|byte| *byte == b';'))
            .filter_map(|cookie| cookie.trim_ascii().strip_prefix(own.as_bytes()))
            .any(|value| hash(value) == attempt.cookie)
    }
}

fn name_of(attempt: &InstallAttemptId) -> String {
    format!("syncbot-install-{attempt}")
}

//! How the app is installed: a person is sent here, allows what is asked for or denies it, and is
//! sent back with a code, which the app exchanges by `oauth.v2.access`.
//! <https://docs.slack.dev/authentication/installing-with-oauth>
//!
//! * `request`: what the app asks for, and whether it makes sense; `scopes`: which there are
//! * `page`, `document`: where the person decides; `decision`: what follows
//! * `codes`: what was allowed and not yet exchanged

mod codes;
mod decision;
mod document;
mod page;
mod request;
mod scopes;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

pub(crate) use codes::{Allowed, CodeError, Codes};
pub(crate) use decision::{Decision, allow, deny};
pub(crate) use request::{AuthorizeError, AuthorizeRequest};

use crate::core::Core;

const PATH: &str = "/oauth/v2/authorize";

pub(crate) fn routes() -> Router<Arc<Core>> {
    Router::new().route(PATH, get(page::ask).post(page::decide))
}

impl Core {
    /// Where people are sent to.
    pub(crate) fn authorize_url(&self) -> String {
        format!("{}{PATH}", self.base_url)
    }
}

//! What a method is given that the app calls in its own name, with no token: by its client id and
//! secret. They come by HTTP Basic, or as arguments.
//! <https://docs.slack.dev/reference/methods/oauth.v2.access>

use std::sync::Arc;

use super::arguments::Arguments;
use super::error::ApiError;
use crate::core::{Core, State};
use crate::settings::Settings;

/// A client id and a secret, as they were sent.
pub(super) type Credentials = (String, String);

pub(super) struct ClientCall<'a> {
    pub(super) core: &'a Arc<Core>,
    pub(super) state: &'a mut State,
    arguments: &'a Arguments,
    basic: Option<&'a Credentials>,
}

impl<'a> ClientCall<'a> {
    pub(super) fn new(
        core: &'a Arc<Core>,
        state: &'a mut State,
        arguments: &'a Arguments,
        basic: Option<&'a Credentials>,
    ) -> Self {
        Self { core, state, arguments, basic }
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<&'a str>, ApiError> {
        self.arguments.text(name)
    }

    /// Whether it is the app that calls.
    pub(super) fn check_credentials(&self) -> Result<(), ApiError> {
        let (id, secret) = match self.basic {
            Some((id, secret)) => (Some(id.as_str()), Some(secret.as_str())),
            None => (self.text("client_id")?, self.text("client_secret")?),
        };
        check_credentials(&self.core.settings, id, secret)
    }
}

/// Whether these are the app's.
pub(super) fn check_credentials(
    settings: &Settings,
    id: Option<&str>,
    secret: Option<&str>,
) -> Result<(), ApiError> {
    if id != Some(settings.client_id.as_str()) {
        return Err(ApiError::plain("invalid_client_id"));
    }
    let is_right = secret == Some(settings.client_secret.as_str());
    is_right.then_some(()).ok_or_else(|| ApiError::plain("bad_client_secret"))
}

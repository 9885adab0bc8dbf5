//! The errors of the Web API, each with the breach that it may be.

use std::borrow::Cow;

use serde_json::Value;

use crate::violation::{Breach, ViolationKind};

/// `ok: false`.
#[derive(Debug)]
pub(super) struct ApiError {
    pub(super) code: Cow<'static, str>,
    /// Shown in `response_metadata.messages`.
    pub(super) messages: Vec<String>,
    /// The scopes that would have done, shown with those that the token has.
    pub(super) needed: Option<String>,
    /// What is wrong with each of several things that were asked for.
    pub(super) errors: Box<[Value]>,
    pub(super) breach: Option<Breach>,
}

impl ApiError {
    /// An error that an app cannot know to avoid.
    pub(super) fn plain(code: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code: code.into(),
            messages: Vec::new(),
            needed: None,
            errors: Box::default(),
            breach: None,
        }
    }

    /// An error that an app should not have caused.
    pub(super) fn breach(
        code: &'static str,
        kind: ViolationKind,
        detail: impl Into<String>,
    ) -> Self {
        Self { breach: Some(Breach::new(kind, detail)), ..Self::plain(code) }
    }

    /// An error that an app should not have caused, and Slack says so in as many words.
    pub(super) fn explained(code: &'static str, kind: ViolationKind, message: String) -> Self {
        let messages = vec![format!("[ERROR] {message}")];
        Self { messages, ..Self::breach(code, kind, message) }
    }

    pub(super) fn missing(argument: &str) -> Self {
        Self::explained(
            "invalid_arguments",
            ViolationKind::MissingArgument,
            format!("missing required field: {argument}"),
        )
    }

    pub(super) fn wrong_type(argument: &str, wanted: &str) -> Self {
        Self::explained(
            "invalid_arguments",
            ViolationKind::WrongType,
            format!("must be {wanted} [json-pointer:/{argument}]"),
        )
    }

    /// An argument that makes no sense.
    pub(super) fn invalid(argument: &str, why: &str) -> Self {
        let detail = format!("{argument}: {why}");
        Self::breach("invalid_arguments", ViolationKind::WrongType, detail)
    }

    pub(super) fn missing_scope(needed: &[&str]) -> Self {
        let needed = needed.join(",");
        Self {
            needed: Some(needed.clone()),
            ..Self::breach("missing_scope", ViolationKind::MissingScope, needed)
        }
    }

    pub(super) fn channel_not_found() -> Self {
        Self::plain("channel_not_found")
    }
}

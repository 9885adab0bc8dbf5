//! What a failed call means: one table from Slack's error codes to what is to be done.

use std::time::Duration;

/// A call to Slack that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Slack answered `ok: false`.
    #[error("Slack answered {method} with the error `{code}`")]
    Slack {
        /// The method that was called.
        method: &'static str,
        /// Slack's code.
        code: String,
    },
    /// Slack wants us to wait (429).
    #[error("Slack limits {method} for {} s", .retry_after.as_secs())]
    RateLimited {
        /// The method that was called.
        method: &'static str,
        /// How long.
        retry_after: Duration,
    },
    /// An answer without meaning: a 5xx, or a body that is no JSON.
    #[error("Slack answered {method} with status {status} and no usable body")]
    Unusable {
        /// The method that was called.
        method: &'static str,
        /// HTTP status.
        status: u16,
    },
    /// No connection was made: the call surely had no effect.
    #[error("{method} could not reach Slack")]
    NotSent {
        /// The method that was called.
        method: &'static str,
        /// What the HTTP client says.
        #[source]
        source: reqwest::Error,
    },
    /// Bytes have stopped to move.
    #[error("the {method} stands still")]
    Stalled {
        /// What stands still.
        method: &'static str,
    },
    /// The request went out, and no answer came in time: it may have had its effect.
    #[error("{method} got no answer from Slack")]
    NoAnswer {
        /// The method that was called.
        method: &'static str,
        /// What the HTTP client says.
        #[source]
        source: reqwest::Error,
    },
}

/// What is to be done about a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It will pass: try again later. Slack says how much later, or not.
    Transient(Option<Duration>),
    /// It may have had its effect: look before trying again.
    Ambiguous,
    /// What was wanted is so already.
    AlreadyTrue,
    /// Nothing works for this workspace until a person acts.
    HoldWorkspace,
    /// Nothing works for this channel until a person acts.
    HoldChannel,
    /// This message can never be delivered as it is.
    Permanent,
    /// We asked for something that makes no sense.
    OurMistake,
    /// A code that nobody knows.
    Unknown,
}

impl CallError {
    /// What a failure of HTTP means.
    pub(super) fn of_http(method: &'static str, error: reqwest::Error) -> Self {
        let source = error.without_url();
        if source.is_connect() || source.is_builder() {
            Self::NotSent { method, source }
        } else {
            Self::NoAnswer { method, source }
        }
    }

    /// The method that was called.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Slack { method, .. }
            | Self::RateLimited { method, .. }
            | Self::Unusable { method, .. }
            | Self::NotSent { method, .. }
            | Self::Stalled { method }
            | Self::NoAnswer { method, .. } => method,
        }
    }

    /// Slack's code, if it gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Slack { code, .. } => Some(code),
            _ => None,
        }
    }

    /// What is to be done about it.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::RateLimited { retry_after, .. } => Outcome::Transient(Some(*retry_after)),
            Self::NotSent { .. } => Outcome::Transient(None),
            Self::Unusable { .. } | Self::NoAnswer { .. } | Self::Stalled { .. } => {
                Outcome::Ambiguous
            }
            Self::Slack { code, .. } => of_code(code),
        }
    }
}

/// The error tables of the methods' pages at docs.slack.dev/reference/methods, sorted by what helps.
fn of_code(code: &str) -> Outcome {
    match code {
        "ratelimited"
        | "rate_limited"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org"
        | "org_login_required"
        | "external_channel_migrating"
        | "update_failed" => Outcome::Transient(None),
        "internal_error" | "fatal_error" => Outcome::Ambiguous,
        "already_reacted" | "no_reaction" | "already_in_channel" => Outcome::AlreadyTrue,
        "invalid_auth"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "not_authed"
        | "missing_scope"
        | "not_allowed_token_type"
        | "team_access_not_granted"
        | "accesslimited"
        | "ekm_access_denied"
        | "two_factor_setup_required"
        | "message_limit_exceeded" => Outcome::HoldWorkspace,
        "channel_not_found"
        | "is_archived"
        | "not_in_channel"
        | "is_inactive"
        | "messages_tab_disabled"
        | "no_permission"
        | "restricted_action"
        | "restricted_action_read_only_channel"
        | "restricted_action_non_threadable_channel"
        | "restricted_action_thread_only_channel" => Outcome::HoldChannel,
        "msg_too_long"
        | "msg_blocks_too_long"
        | "invalid_blocks"
        | "invalid_blocks_format"
        | "too_many_attachments"
        | "attachment_payload_limit_exceeded"
        | "metadata_too_large"
        | "cannot_reply_to_message"
        | "thread_not_found"
        | "restricted_action_thread_locked"
        | "cant_update_message"
        | "edit_window_closed"
        | "cant_delete_message"
        | "block_mismatch"
        | "invalid_name"
        | "too_many_emoji"
        | "too_many_reactions"
        | "message_not_found"
        | "file_deleted"
        | "file_not_found"
        | "file_uploads_disabled"
        | "file_upload_size_restricted"
        | "blocked_file_type"
        | "storage_limit_reached"
        | "cannot_dm_bot"
        | "user_disabled"
        | "user_not_found"
        | "user_not_visible" => Outcome::Permanent,
        "invalid_arguments" | "invalid_arg_name" | "invalid_array_arg" | "invalid_charset"
        | "invalid_form_data" | "invalid_json" | "json_not_object" | "invalid_post_type"
        | "missing_post_type" | "no_text" | "bad_timestamp" | "unknown_method" => {
            Outcome::OurMistake
        }
        _ => Outcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_of_errors_has_its_answer() {
        let of = |code: &str| {
            CallError::Slack { method: "chat.postMessage", code: code.to_owned() }.outcome()
        };
        assert_eq!(of("service_unavailable"), Outcome::Transient(None));
        assert_eq!(of("fatal_error"), Outcome::Ambiguous);
        assert_eq!(of("already_in_channel"), Outcome::AlreadyTrue);
        assert_eq!(of("token_revoked"), Outcome::HoldWorkspace);
        assert_eq!(of("is_archived"), Outcome::HoldChannel);
        assert_eq!(of("msg_too_long"), Outcome::Permanent);
        assert_eq!(of("no_text"), Outcome::OurMistake);
        assert_eq!(of("a_new_one"), Outcome::Unknown);
        let limited =
            CallError::RateLimited { method: "users.info", retry_after: Duration::from_secs(7) };
        assert_eq!(limited.outcome(), Outcome::Transient(Some(Duration::from_secs(7))));
        assert_eq!(
            CallError::Unusable { method: "users.info", status: 503 }.outcome(),
            Outcome::Ambiguous
        );
    }
}

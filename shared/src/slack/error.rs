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
            Self::Slack { method, code } => of_code(method, code),
        }
    }
}

/// A scope that one of these lacks is lacking for every message; without others, something less is shown.
const MESSAGES: [&str; 3] = ["chat.postMessage", "chat.update", "chat.delete"];

/// The error tables of the methods' pages at docs.slack.dev/reference/methods, sorted by what helps.
fn of_code(method: &str, code: &str) -> Outcome {
    match code {
        "missing_scope" | "not_allowed_token_type" if !MESSAGES.contains(&method) => {
            Outcome::Permanent
        }
        "ratelimited"
        | "rate_limited"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org"
        | "org_login_required"
        | "external_channel_migrating"
        | "streaming_state_conflict"
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
        | "no_permission" => Outcome::HoldChannel,
        // Of a channel that takes only threads, or none, only what is the other is refused.
        "restricted_action_thread_locked"
        | "restricted_action_thread_only_channel"
        | "restricted_action_non_threadable_channel"
        | "thread_locked" => Outcome::Permanent,
        code if code.starts_with("restricted_action") => Outcome::HoldChannel,
        code if code.starts_with("invalid_blocks") => Outcome::Permanent,
        "msg_too_long"
        | "msg_blocks_too_long"
        | "too_many_attachments"
        | "attachment_payload_limit_exceeded"
        | "metadata_too_large"
        | "metadata_must_be_sent_from_app"
        | "duplicate_message_not_found"
        | "duplicate_channel_not_found"
        | "cannot_reply_to_message"
        | "thread_not_found"
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

    /// Each class with its codes, as SLACK's pages name them.
    const CLASSES: &[(Outcome, &[&str])] = &[
        (
            Outcome::Transient(None),
            &[
                "ratelimited",
                "rate_limited",
                "service_unavailable",
                "request_timeout",
                "team_added_to_org",
                "org_login_required",
                "external_channel_migrating",
                "update_failed",
                "streaming_state_conflict",
            ],
        ),
        (Outcome::Ambiguous, &["internal_error", "fatal_error"]),
        (Outcome::AlreadyTrue, &["already_reacted", "no_reaction", "already_in_channel"]),
        (
            Outcome::HoldWorkspace,
            &[
                "invalid_auth",
                "account_inactive",
                "token_revoked",
                "token_expired",
                "not_authed",
                "missing_scope",
                "not_allowed_token_type",
                "team_access_not_granted",
                "accesslimited",
                "ekm_access_denied",
                "two_factor_setup_required",
                "message_limit_exceeded",
            ],
        ),
        (
            Outcome::HoldChannel,
            &[
                "channel_not_found",
                "is_archived",
                "not_in_channel",
                "is_inactive",
                "messages_tab_disabled",
                "no_permission",
                "restricted_action",
                "restricted_action_read_only_channel",
                "restricted_action_of_a_new_kind",
            ],
        ),
        (
            Outcome::Permanent,
            &[
                "msg_too_long",
                "msg_blocks_too_long",
                "invalid_blocks",
                "invalid_blocks_format",
                "too_many_attachments",
                "attachment_payload_limit_exceeded",
                "metadata_too_large",
                "cannot_reply_to_message",
                "thread_not_found",
                "restricted_action_thread_locked",
                "thread_locked",
                "restricted_action_thread_only_channel",
                "restricted_action_non_threadable_channel",
                "cant_update_message",
                "edit_window_closed",
                "cant_delete_message",
                "block_mismatch",
                "invalid_name",
                "too_many_emoji",
                "too_many_reactions",
                "message_not_found",
                "file_deleted",
                "blocked_file_type",
                "storage_limit_reached",
                "duplicate_message_not_found",
            ],
        ),
        (
            Outcome::OurMistake,
            &[
                "invalid_arguments",
                "invalid_arg_name",
                "invalid_array_arg",
                "invalid_charset",
                "invalid_form_data",
                "invalid_post_type",
                "no_text",
                "bad_timestamp",
            ],
        ),
        (Outcome::Unknown, &["a_new_one", ""]),
    ];

    #[test]
    fn each_code_has_the_answer_of_its_class() {
        for (outcome, codes) in CLASSES {
            for code in *codes {
                assert_eq!(of_code("chat.postMessage", code), *outcome, "{code}");
            }
        }
    }

    #[test]
    fn a_scope_that_is_lacking_stops_messages_only_where_they_need_it() {
        for method in ["reactions.add", "files.info", "conversations.history", "users.list"] {
            assert_eq!(of_code(method, "missing_scope"), Outcome::Permanent, "{method}");
        }
        assert_eq!(of_code("chat.update", "missing_scope"), Outcome::HoldWorkspace);
    }

    #[test]
    fn what_is_no_answer_of_slack_has_a_class_as_well() {
        let limited =
            CallError::RateLimited { method: "users.info", retry_after: Duration::from_secs(7) };
        assert_eq!(limited.outcome(), Outcome::Transient(Some(Duration::from_secs(7))));
        assert_eq!(
            CallError::Unusable { method: "users.info", status: 503 }.outcome(),
            Outcome::Ambiguous
        );
    }
}

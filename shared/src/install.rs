//! How long an installation may take, and why it came to nothing, in codes that are stored. Ingress has the words
//! for people (`ingress/src/pages/words.rs`).

use chrono::TimeDelta;

/// How long Slack takes a code (docs.slack.dev/authentication/installing-with-oauth).
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The person said no at Slack.
    Denied,
    /// Slack's page refused the scopes.
    InvalidScope,
    /// The person came back too late, or Slack finds the code too old.
    Expired,
    /// Whether the code was used up, nobody knows: it is not tried twice.
    Unknown,
    /// Slack could not be reached for as long as the code was good.
    Unreachable,
    /// Slack does not take the app's credentials, or its redirect address.
    Misconfigured,
    /// This instance has no client id, no client secret or no public address.
    NotConfigured,
    /// Slack gave no token for a bot.
    NoBot,
    /// It was allowed for an organisation instead of a workspace.
    Organisation,
    /// The app was removed again before it was stored.
    Removed,
    /// Slack refused for another reason.
    Refused,
    /// SyncBot itself could not go on.
    Broken,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Denied,
        Self::InvalidScope,
        Self::Expired,
        Self::Unknown,
        Self::Unreachable,
        Self::Misconfigured,
        Self::NotConfigured,
        Self::NoBot,
        Self::Organisation,
        Self::Removed,
        Self::Refused,
        Self::Broken,
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::InvalidScope => "invalid_scope",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
            Self::Unreachable => "unreachable",
            Self::Misconfigured => "misconfigured",
            Self::NotConfigured => "not_configured",
            Self::NoBot => "no_bot",
            Self::Organisation => "organisation",
            Self::Removed => "removed",
            Self::Refused => "refused",
            Self::Broken => "broken",
        }
    }

    /// What stands for this code; one that only a later version knows is a refusal.
    pub fn stored(code: &str) -> Self {
        Self::ALL.into_iter().find(|reason| reason.as_str() == code).unwrap_or(Self::Refused)
    }

    /// What an error means that Slack's page sends back, or that `oauth.v2.access` answers
    /// (docs.slack.dev/reference/methods/oauth.v2.access).
    pub fn of_slack(code: &str) -> Self {
        match code {
            "access_denied" => Self::Denied,
            "invalid_scope" | "invalid_scope_requested" | "bad_scope" => Self::InvalidScope,
            "invalid_code" | "code_expired" => Self::Expired,
            // Somebody exchanged it, and it was not us.
            "code_already_used" | "internal_error" | "fatal_error" => Self::Unknown,
            "bad_client_secret"
            | "invalid_client_id"
            | "bad_redirect_uri"
            | "oauth_authorization_url_mismatch" => Self::Misconfigured,
            _ => Self::Refused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_comes_back_as_it_was_stored() {
        for reason in Reason::ALL {
            assert_eq!(Reason::stored(reason.as_str()), reason);
            assert!(reason.as_str().len() <= 64, "as the column has it");
        }
        assert_eq!(Reason::stored("of_a_later_version"), Reason::Refused);
    }
}

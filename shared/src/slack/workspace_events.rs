//! What the Events API tells of the app's own place in a workspace.

use serde::Deserialize;

use crate::ids::UserId;

/// What became of the app, or of tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WorkspaceEvent {
    /// `docs.slack.dev/reference/events/app_uninstalled`
    AppUninstalled {},
    /// `docs.slack.dev/reference/events/tokens_revoked`
    TokensRevoked {
        /// Whose.
        #[serde(default)]
        tokens: Revoked,
    },
}

/// Whose tokens are good no longer, by users' ids.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Revoked {
    /// People who let the app act for them.
    #[serde(default)]
    pub oauth: Vec<UserId>,
    /// The app's bot.
    #[serde(default)]
    pub bot: Vec<UserId>,
}

impl WorkspaceEvent {
    /// Names that an event of this kind may have.
    pub const TYPES: [&str; 2] = ["app_uninstalled", "tokens_revoked"];
}

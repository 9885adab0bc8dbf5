//! The app's bot in a workspace.

use super::SlackEmulator;
use crate::ids::{BotId, UserId};

impl SlackEmulator {
    /// The bot token of the app in a workspace, the newest if tokens are rotated.
    ///
    /// # Panics
    ///
    /// If there is no such workspace, or the app is not installed in it.
    #[track_caller]
    pub fn bot_token(&self, team: &str) -> String {
        let token = self
            .workspace(team)
            .installation(|installation| installation.grant.token().map(str::to_owned));
        token.unwrap_or_else(|| panic!("the app is not installed in {team}"))
    }

    /// What the newest bot token is renewed with, if tokens are rotated.
    ///
    /// # Panics
    ///
    /// If there is no such workspace.
    #[track_caller]
    pub fn bot_refresh_token(&self, team: &str) -> Option<String> {
        self.workspace(team)
            .installation(|installation| installation.grant.refresh_token().map(str::to_owned))
    }

    /// Whether the app is installed in a workspace.
    ///
    /// # Panics
    ///
    /// If there is no such workspace.
    #[track_caller]
    pub fn is_installed(&self, team: &str) -> bool {
        self.workspace(team).installation(|installation| installation.grant.is_live())
    }

    /// The scopes that the bot has in a workspace.
    ///
    /// # Panics
    ///
    /// If there is no such workspace.
    #[track_caller]
    pub fn bot_scopes(&self, team: &str) -> Vec<String> {
        self.workspace(team).installation(|installation| installation.grant.scopes.clone())
    }

    /// The bot user of the app in a workspace.
    ///
    /// # Panics
    ///
    /// If there is no such workspace.
    #[track_caller]
    pub fn bot_user_id(&self, team: &str) -> UserId {
        self.workspace(team).installation(|installation| installation.bot_user.clone())
    }

    /// The bot of the app in a workspace, as the author of messages.
    ///
    /// # Panics
    ///
    /// If there is no such workspace.
    #[track_caller]
    pub fn bot_id(&self, team: &str) -> BotId {
        self.workspace(team).installation(|installation| installation.bot_id.clone())
    }
}

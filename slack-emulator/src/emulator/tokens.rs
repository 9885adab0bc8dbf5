//! What people let the app do in their names, and its end in a workspace.

use super::SlackEmulator;
use super::people::done;
use crate::installing;

impl SlackEmulator {
    /// A person lets the app act in their name, with these scopes, and this is the token. Another
    /// time scopes are added, and the token stays unless tokens are rotated.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), slack_emulator::StartError> {
    /// use slack_emulator::{Settings, SlackEmulator};
    ///
    /// let slack = SlackEmulator::start(Settings::default()).await?;
    /// slack.add_workspace("T0ACME", "Acme").user("U0ADA", "Ada Lovelace");
    /// let token = slack.authorize("T0ACME", "U0ADA", ["chat:write", "reactions:write"]);
    /// assert!(token.starts_with("xoxp-"));
    /// assert_eq!(slack.user_token("T0ACME", "U0ADA"), Some(token));
    /// slack.revoke_user_token("T0ACME", "U0ADA");
    /// assert_eq!(slack.user_token("T0ACME", "U0ADA"), None);
    /// # slack.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no such workspace or user.
    #[track_caller]
    pub fn authorize<'s>(
        &self,
        team: &str,
        user: &str,
        scopes: impl IntoIterator<Item = &'s str>,
    ) -> String {
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        let (team, user) = (team.into(), user.into());
        let issued = self
            .core
            .change(|state| installing::authorize(state, &team, &user, scopes, state.issuing()));
        done(issued).token
    }

    /// The token that a person gave the app, unless they took it back.
    pub fn user_token(&self, team: &str, user: &str) -> Option<String> {
        self.core
            .read(|state| state.world.workspace(team)?.grants.get(user)?.token().map(str::to_owned))
    }

    /// A person takes back what they let the app do: calls with the token are answered with
    /// `token_revoked` from now on, and the app hears of it.
    ///
    /// # Panics
    ///
    /// If there is no such workspace or user, or nothing to take back.
    #[track_caller]
    pub fn revoke_user_token(&self, team: &str, user: &str) {
        let (team, user) = (team.into(), user.into());
        let revoked =
            self.core.change(|state| installing::revoke_person(&self.core, state, &team, &user));
        done(revoked);
    }

    /// Somebody uninstalls the app: all that it was given in the workspace is good no longer, its
    /// bot leaves all channels, and it hears of both.
    ///
    /// # Panics
    ///
    /// If there is no such workspace, or the app has no token there.
    #[track_caller]
    pub fn uninstall(&self, team: &str) {
        let team = team.into();
        done(self.core.change(|state| installing::uninstall(&self.core, state, &team)));
    }
}

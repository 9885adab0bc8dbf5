//! What people say when the app asks to be installed.

use url::Url;

use super::SlackEmulator;
use super::people::done;
use crate::oauth::{self, AuthorizeRequest};

/// # Panics
///
/// They panic if the address would be answered with an error page, or there is no such person.
impl SlackEmulator {
    /// A person allows what the app asks for by this address, which leads to
    /// [`Self::authorize_url`], and is sent back to where this returns: with a `code` and the
    /// `state`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), slack_emulator::StartError> {
    /// use slack_emulator::{Settings, SlackEmulator};
    ///
    /// let slack = SlackEmulator::start(Settings::default()).await?;
    /// slack.add_workspace_without_app("T0ACME", "Acme").user("U0ADA", "Ada Lovelace");
    /// let address = format!(
    ///     "{}?client_id={}&scope=chat:write&state=s3cret&redirect_uri=http://localhost:3000/done",
    ///     slack.authorize_url(),
    ///     slack.client_id(),
    /// );
    /// let sent_to = slack.allow("T0ACME", "U0ADA", &address);
    /// assert!(sent_to.query_pairs().any(|(name, _)| name == "code"));
    /// assert!(sent_to.query_pairs().any(|(name, value)| name == "state" && value == "s3cret"));
    /// # slack.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn allow(&self, team: &str, user: &str, authorize_url: &str) -> Url {
        let request = self.request(authorize_url);
        let (team, user) = (team.into(), user.into());
        done(self.core.change(|state| oauth::allow(state, request, &team, &user)))
    }

    /// A person denies it, and is sent back with the error `access_denied` and the `state`.
    #[track_caller]
    pub fn deny(&self, authorize_url: &str) -> Url {
        oauth::deny(self.request(authorize_url))
    }

    #[track_caller]
    fn request(&self, authorize_url: &str) -> AuthorizeRequest {
        let Ok(url) = Url::parse(authorize_url) else { panic!("{authorize_url} is no address") };
        let query = url.query().unwrap_or_default();
        done(AuthorizeRequest::read(query.as_bytes(), &self.core.settings))
    }
}

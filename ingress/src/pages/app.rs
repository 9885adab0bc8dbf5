//! The app as this instance knows it, and the addresses of its installation.

use shared::config::IngressConfig;
use shared::ids::{InstallAttemptId, TeamId};
use url::Url;

/// What browsers are sent to Slack with.
#[derive(Debug)]
pub(crate) struct App {
    client_id: String,
    bot_scopes: String,
    user_scopes: String,
    authorize_url: Url,
    public_url: Url,
}

impl App {
    /// `None`: client id or public address is not configured.
    pub(crate) fn of(config: &IngressConfig) -> Option<Self> {
        Some(Self {
            client_id: config.app.client_id.clone()?,
            bot_scopes: config.app.bot_scopes.join(","),
            user_scopes: config.app.user_scopes.join(","),
            authorize_url: config.app.authorize_url.clone(),
            public_url: config.policy.public_url.clone()?,
        })
    }

    /// Whether browsers reach it encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// Where an installation begins. The whole address: whoever came by another name of this machine had a cookie
    /// there that is not sent here.
    pub(crate) fn install_url(&self) -> String {
        self.at("/slack/install")
    }

    /// Where Slack sends people back to.
    pub(crate) fn redirect_uri(&self) -> String {
        self.at("/slack/oauth_redirect")
    }

    /// Where people see what becomes of an attempt.
    pub(crate) fn attempt_url(&self, attempt: &InstallAttemptId) -> String {
        self.at(&format!("/slack/install/{attempt}"))
    }

    /// Slack's page, which asks them.
    pub(crate) fn authorize_url(&self, state: &str, team: Option<&TeamId>) -> Url {
        let mut url = self.authorize_url.clone();
        url.query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("scope", &self.bot_scopes)
            .append_pair("user_scope", &self.user_scopes)
            .append_pair("state", state)
            .append_pair("redirect_uri", &self.redirect_uri())
            .extend_pairs(team.map(|team| ("team", team.as_str())));
        url
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }
}

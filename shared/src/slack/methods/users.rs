//! `users.*`

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::slack::client::Method;
use crate::slack::tier::Tier;

/// A member of the workspace (docs.slack.dev/reference/methods/users.info, Tier 4).
#[derive(Debug, Clone, Serialize)]
pub struct Info<'a> {
    /// Who.
    pub user: &'a UserId,
}

/// What `users.info` answers.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct InfoAnswer {
    pub user: Member,
}

/// A member.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Member {
    pub id: UserId,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub real_name: String,
    #[serde(default)]
    pub profile: Profile,
}

/// How a member presents themselves.
#[derive(Debug, Clone, Default, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Profile {
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub real_name: String,
    pub image_192: Option<String>,
}

impl Member {
    /// What colleagues call them: the display name, else the real name, else the account's name.
    pub fn best_name(&self) -> &str {
        [&self.profile.display_name, &self.profile.real_name, &self.real_name, &self.name]
            .into_iter()
            .map(|name| name.trim())
            .find(|name| !name.is_empty())
            .unwrap_or("Someone")
    }
}

impl Method for Info<'_> {
    const NAME: &'static str = "users.info";
    const TIER: Tier = Tier::Four;
    type Answer = InfoAnswer;
}

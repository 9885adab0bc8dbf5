//! `users.*`

use serde::{Deserialize, Serialize};

use crate::ids::{TeamId, UserId};
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
#[derive(Clone, Deserialize)]
#[expect(
    missing_docs,
    clippy::struct_excessive_bools,
    reason = "Slack's own names, and its own flags"
)]
pub struct Member {
    pub id: UserId,
    /// Where they are at home: strangers of shared channels are seen, too.
    #[serde(default)]
    pub team_id: Option<TeamId>,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub real_name: String,
    #[serde(default)]
    pub profile: Profile,
    #[serde(default)]
    pub is_admin: bool,
    #[serde(default)]
    pub is_owner: bool,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(default)]
    pub deleted: bool,
    #[serde(default)]
    pub is_email_confirmed: Option<bool>,
}

impl std::fmt::Debug for Member {
    /// Names and addresses never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Member({})", self.id)
    }
}

/// The member with an e-mail address (docs.slack.dev/reference/methods/users.lookupByEmail, Tier 3).
#[derive(Clone, Serialize)]
pub struct LookupByEmail<'a> {
    /// The address.
    pub email: &'a str,
}

impl Method for LookupByEmail<'_> {
    const NAME: &'static str = "users.lookupByEmail";
    const TIER: Tier = Tier::Three;
    type Answer = InfoAnswer;
}

/// Everybody, a page at a time (docs.slack.dev/reference/methods/users.list, Tier 2).
#[derive(Debug, Clone, Serialize)]
pub struct List<'a> {
    /// Where the page begins: what the last one said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<&'a str>,
    /// At most so many; Slack gives 1,000, and advises 200.
    pub limit: u32,
}

/// What `users.list` answers.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct ListAnswer {
    pub members: Vec<Member>,
    #[serde(default)]
    pub response_metadata: Next,
}

/// Where the next page begins; empty behind the last.
#[derive(Debug, Clone, Default, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Next {
    #[serde(default)]
    pub next_cursor: String,
}

impl Method for List<'_> {
    const NAME: &'static str = "users.list";
    const TIER: Tier = Tier::Two;
    type Answer = ListAnswer;
}

/// How a member presents themselves.
#[derive(Clone, Default, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Profile {
    #[serde(default)]
    pub display_name: String,
    #[serde(default)]
    pub real_name: String,
    pub image_192: Option<String>,
    /// With the scope `users:read.email`.
    pub email: Option<String>,
}

/// Slack's own helper, which says of itself that it is no bot
/// (docs.slack.dev/reference/objects/user-object).
const SLACKBOT: &str = "USLACKBOT";
/// Longer addresses are none (RFC 3696, erratum 1690, and what providers take).
const EMAIL_MAX_BYTES: usize = 320;

impl Member {
    /// Neither a bot nor Slack's own helper.
    pub fn is_person(&self) -> bool {
        !self.is_bot && self.id.as_str() != SLACKBOT
    }

    /// The address by which a person is the same one elsewhere, in lower case. One that nobody confirmed is
    /// none: it may be somebody else's.
    pub fn confirmed_email(&self) -> Option<String> {
        let email = self.profile.email.as_deref()?.trim().to_lowercase();
        let is_theirs = self.is_person() && self.is_email_confirmed != Some(false);
        let is_address = email.contains('@') && email.len() <= EMAIL_MAX_BYTES;
        (is_theirs && is_address && !email.contains(char::is_control)).then_some(email)
    }

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

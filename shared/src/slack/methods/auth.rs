//! `auth.*`

use serde::{Deserialize, Serialize};

use crate::ids::{BotId, TeamId, UserId};
use crate::slack::client::Method;
use crate::slack::tier::Tier;

/// Who a token is for (docs.slack.dev/reference/methods/auth.test).
#[derive(Debug, Clone, Serialize)]
pub struct Test {}

/// The bot behind a bot token.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Identity {
    pub team_id: TeamId,
    pub team: String,
    pub user_id: UserId,
    pub bot_id: BotId,
}

impl Method for Test {
    const NAME: &'static str = "auth.test";
    const TIER: Tier = Tier::Special;
    type Answer = Identity;
}

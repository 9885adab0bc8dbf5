//! `reactions.*`

use serde::Serialize;

use super::Nothing;
use crate::ids::{ChannelId, SlackTs};
use crate::slack::client::Method;
use crate::slack::tier::Tier;

/// The bot reacts to a message (docs.slack.dev/reference/methods/reactions.add, Tier 3).
#[derive(Debug, Clone, Serialize)]
pub struct Add<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// To what.
    pub timestamp: &'a SlackTs,
    /// The emoji, with its skin tone.
    pub name: &'a str,
}

/// The bot takes its reaction back (docs.slack.dev/reference/methods/reactions.remove, Tier 2).
#[derive(Debug, Clone, Serialize)]
pub struct Remove<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// To what.
    pub timestamp: &'a SlackTs,
    /// The emoji, with its skin tone.
    pub name: &'a str,
}

impl Method for Add<'_> {
    const NAME: &'static str = "reactions.add";
    const TIER: Tier = Tier::Three;
    type Answer = Nothing;
}

impl Method for Remove<'_> {
    const NAME: &'static str = "reactions.remove";
    const TIER: Tier = Tier::Two;
    type Answer = Nothing;
}

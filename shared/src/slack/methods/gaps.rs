//! `conversations.history` and `conversations.replies`, with all that was said: for whoever routes it as
//! events would be. Edits and deletions are not told, they show
//! (docs.slack.dev/reference/methods/conversations.history).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{ChannelId, SlackTs};
use crate::slack::client::Method;
use crate::slack::tier::Tier;

/// What was said in a channel between two times, newest first.
#[derive(Debug, Clone, Serialize)]
pub struct Said<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// Later than this.
    pub oldest: &'a SlackTs,
    /// Earlier than this.
    pub latest: &'a SlackTs,
    /// At most so many; Slack may give fewer.
    pub limit: u32,
}

/// What was said in a thread between two times, oldest first; the root before all.
#[derive(Debug, Clone, Serialize)]
pub struct Answered<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// The root.
    pub ts: &'a SlackTs,
    /// Later than this.
    pub oldest: &'a SlackTs,
    /// Earlier than this.
    pub latest: &'a SlackTs,
    /// At most so many; Slack may give fewer.
    pub limit: u32,
}

/// Messages as they came.
#[derive(Clone, Deserialize)]
pub struct Page {
    /// Each with all its fields.
    pub messages: Vec<Map<String, Value>>,
    /// There are more.
    #[serde(default)]
    pub has_more: bool,
    /// Slack hides what is older, because of the workspace's plan.
    #[serde(default)]
    pub is_limited: bool,
}

impl std::fmt::Debug for Page {
    /// Message text never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Page({} messages)", self.messages.len())
    }
}

impl Method for Said<'_> {
    const NAME: &'static str = "conversations.history";
    const TIER: Tier = Tier::Three;
    type Answer = Page;
}

impl Method for Answered<'_> {
    const NAME: &'static str = "conversations.replies";
    const TIER: Tier = Tier::Three;
    type Answer = Page;
}

//! `conversations.*`

use serde::{Deserialize, Serialize};

use super::Nothing;
use crate::ids::{BotId, ChannelId, SlackTs, UserId};
use crate::slack::client::Method;
use crate::slack::events::ChangedMessage;
use crate::slack::tier::Tier;

/// What is shown in a channel, newest first, without replies
/// (docs.slack.dev/reference/methods/conversations.history; Tier 3, and for some apps one call a minute
/// with 15 messages).
#[derive(Debug, Clone, Serialize)]
pub struct History<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// Later than this.
    pub oldest: Option<&'a SlackTs>,
    /// Earlier than this.
    pub latest: Option<&'a SlackTs>,
    /// With the bounds themselves.
    pub inclusive: bool,
    /// At most so many; Slack may give fewer.
    pub limit: u32,
    /// With the payload of metadata, not its type alone.
    pub include_all_metadata: bool,
}

/// A thread: its root first, whatever the bounds, then the replies, oldest first
/// (docs.slack.dev/reference/methods/conversations.replies; limited as [`History`]).
#[derive(Debug, Clone, Serialize)]
pub struct Replies<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// The root.
    pub ts: &'a SlackTs,
    /// Replies later than this.
    pub oldest: Option<&'a SlackTs>,
    /// At most so many; Slack may give fewer.
    pub limit: u32,
    /// With the payload of metadata, not its type alone.
    pub include_all_metadata: bool,
}

/// What both answer.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Messages {
    pub messages: Vec<Message>,
    #[serde(default)]
    pub has_more: bool,
}

/// A message as histories show it.
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Message {
    pub ts: SlackTs,
    #[serde(default)]
    pub user: Option<UserId>,
    #[serde(default)]
    pub bot_id: Option<BotId>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub metadata: Option<Metadata>,
}

impl std::fmt::Debug for Message {
    /// Message text never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Message({})", self.ts)
    }
}

/// What an app wrote onto a message (docs.slack.dev/messaging/message-metadata).
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Metadata {
    pub event_type: String,
    #[serde(default)]
    pub event_payload: serde_json::Value,
}

/// Makes the bot a member of a public channel
/// (docs.slack.dev/reference/methods/conversations.join, Tier 3).
#[derive(Debug, Clone, Serialize)]
pub struct Join<'a> {
    /// Where.
    pub channel: &'a ChannelId,
}

/// A channel (docs.slack.dev/reference/methods/conversations.info, Tier 3).
#[derive(Debug, Clone, Serialize)]
pub struct Info<'a> {
    /// Which.
    pub channel: &'a ChannelId,
}

/// What `conversations.info` answers.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct InfoAnswer {
    pub channel: Channel,
}

/// A channel (docs.slack.dev/reference/objects/conversation-object).
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Channel {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub is_private: bool,
    #[serde(default)]
    pub is_member: bool,
}

impl Method for History<'_> {
    const NAME: &'static str = "conversations.history";
    const TIER: Tier = Tier::Three;
    type Answer = Messages;
}

impl Method for Replies<'_> {
    const NAME: &'static str = "conversations.replies";
    const TIER: Tier = Tier::Three;
    type Answer = Messages;
}

impl Method for Info<'_> {
    const NAME: &'static str = "conversations.info";
    const TIER: Tier = Tier::Three;
    type Answer = InfoAnswer;
}

/// Leaves a channel (docs.slack.dev/reference/methods/conversations.leave; Tier 3).
#[derive(Debug, Clone, Serialize)]
pub struct Leave<'a> {
    /// Which.
    pub channel: &'a ChannelId,
}

impl Method for Leave<'_> {
    const NAME: &'static str = "conversations.leave";
    const TIER: Tier = Tier::Three;
    type Answer = Nothing;
}

impl Method for Join<'_> {
    const NAME: &'static str = "conversations.join";
    const TIER: Tier = Tier::Three;
    type Answer = Nothing;
}

/// One message with everything that it shows: the first of [`Replies`] to it.
#[derive(Debug, Clone, Serialize)]
pub struct Read<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// Which.
    pub ts: &'a SlackTs,
    /// One is enough.
    pub limit: u32,
}

/// What [`Read`] answers.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Shown {
    pub messages: Vec<ChangedMessage>,
}

impl Method for Read<'_> {
    const NAME: &'static str = "conversations.replies";
    const TIER: Tier = Tier::Three;
    type Answer = Shown;
}

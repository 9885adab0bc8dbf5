//! `chat.*`

use serde::{Deserialize, Serialize};

use super::Nothing;
use crate::ids::{ChannelId, SlackTs, UserId};
use crate::slack::client::Method;
use crate::slack::tier::Tier;

/// Posts a message (docs.slack.dev/reference/methods/chat.postMessage; about one a second and channel).
#[derive(Debug, Clone, Serialize)]
pub struct PostMessage<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// In Slack's mrkdwn, below 4,000 characters: Slack splits what is longer and names the first part only.
    pub text: &'a str,
    /// JSON: what is shown instead of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<&'a str>,
    /// The first message of the thread, for a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_ts: Option<&'a SlackTs>,
    /// Show the reply in the channel as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reply_broadcast: bool,
    /// Author's name, with the scope `chat:write.customize`; without it, that of whoever's token it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<&'a str>,
    /// Author's picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<&'a str>,
    /// Previews belong to the original.
    pub unfurl_links: bool,
    /// See `unfurl_links`.
    pub unfurl_media: bool,
    /// JSON; readable by every app and member, so ids only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<&'a str>,
    /// A UUID, the same on each try. Slack promises nothing about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_msg_id: Option<&'a str>,
}

/// Says something to one person, in the app's own conversation with them
/// (docs.slack.dev/reference/methods/chat.postMessage, `channel`).
#[derive(Debug, Clone, Serialize)]
pub struct Tell<'a> {
    /// Whom.
    pub channel: &'a UserId,
    /// In Slack's mrkdwn.
    pub text: &'a str,
}

/// Says something in the bot's own name (docs.slack.dev/reference/methods/chat.postMessage).
#[derive(Debug, Clone, Serialize)]
pub struct Say<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// In Slack's mrkdwn.
    pub text: &'a str,
}

/// What `chat.postMessage` answers.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Posted {
    pub ts: SlackTs,
}

/// The address of a message (docs.slack.dev/reference/methods/chat.getPermalink).
#[derive(Debug, Clone, Serialize)]
pub struct GetPermalink<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// Which.
    pub message_ts: &'a SlackTs,
}

/// What `chat.getPermalink` answers.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Permalink {
    pub permalink: String,
}

/// Changes what a message says; its metadata stays (docs.slack.dev/reference/methods/chat.update).
#[derive(Debug, Clone, Serialize)]
pub struct Update<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// Which.
    pub ts: &'a SlackTs,
    /// In Slack's mrkdwn, up to 4,000 characters.
    pub text: &'a str,
    /// JSON: what is shown instead of the text; an empty list removes what was shown so.
    pub blocks: &'a str,
    /// `none`, as it is when a message is posted. By default Slack would take `@channel` for a call.
    pub parse: &'a str,
}

/// Removes a message (docs.slack.dev/reference/methods/chat.delete).
#[derive(Debug, Clone, Serialize)]
pub struct Delete<'a> {
    /// Where.
    pub channel: &'a ChannelId,
    /// Which.
    pub ts: &'a SlackTs,
}

impl Method for Update<'_> {
    const NAME: &'static str = "chat.update";
    const TIER: Tier = Tier::Three;
    type Answer = Nothing;
}

impl Method for Delete<'_> {
    const NAME: &'static str = "chat.delete";
    const TIER: Tier = Tier::Three;
    type Answer = Nothing;
}

impl Method for GetPermalink<'_> {
    const NAME: &'static str = "chat.getPermalink";
    const TIER: Tier = Tier::Special;
    type Answer = Permalink;
}

impl Method for Say<'_> {
    const NAME: &'static str = "chat.postMessage";
    const TIER: Tier = Tier::Posting;
    type Answer = Nothing;
}

impl Method for Tell<'_> {
    const NAME: &'static str = "chat.postMessage";
    const TIER: Tier = Tier::Posting;
    type Answer = Nothing;
}

impl Method for PostMessage<'_> {
    const NAME: &'static str = "chat.postMessage";
    const TIER: Tier = Tier::Posting;
    type Answer = Posted;
}

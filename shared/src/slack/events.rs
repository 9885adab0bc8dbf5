//! What Slack's Events API sends (docs.slack.dev/apis/events-api). Unknown fields are tolerated: Slack adds some.

use serde::Deserialize;
use serde_json::Value;

use super::file::{self, File};
use super::methods::users::Member;
use crate::ids::{AppId, BotId, ChannelId, EventId, SlackTs, TeamId, UserId};
use crate::queue::Lane;

/// The envelope of an event, with the event itself.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Envelope<E> {
    pub team_id: TeamId,
    pub api_app_id: AppId,
    pub event_id: EventId,
    #[serde(default, deserialize_with = "unless_null")]
    pub is_ext_shared_channel: bool,
    /// When it happened, in seconds since 1970.
    #[serde(default)]
    pub event_time: i64,
    pub event: E,
}

impl<E> Envelope<E> {
    /// The lane of what happens in a channel. Of one that Slack Connect shows to several workspaces, it is the
    /// same in whosever name Slack tells of it.
    pub fn lane(&self, channel: &ChannelId) -> Lane {
        if self.is_ext_shared_channel {
            Lane::shared_source(channel)
        } else {
            Lane::source(&self.team_id, channel)
        }
    }
}

/// For whom an event is. Of a channel that Slack Connect shows to several workspaces with the app, Slack tells
/// once, in the name of any of them (docs.slack.dev/apis/events-api, `authorizations`).
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Teams {
    pub team_id: TeamId,
    #[serde(default, deserialize_with = "unless_null")]
    pub authorizations: Vec<Authorization>,
    #[serde(default)]
    pub context_team_id: Option<TeamId>,
}

/// One of those who may see an event.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Authorization {
    #[serde(default)]
    pub team_id: Option<TeamId>,
}

impl Teams {
    /// Whoever it may be for, each once; the one in whose name it comes first.
    pub fn all(&self) -> Vec<&TeamId> {
        let authorized = self.authorizations.iter().filter_map(|one| one.team_id.as_ref());
        let mut all: Vec<&TeamId> = Vec::with_capacity(2);
        for team in [&self.team_id].into_iter().chain(authorized).chain(&self.context_team_id) {
            if !all.contains(&team) {
                all.push(team);
            }
        }
        all
    }
}

/// An id that a message may have; what is none is not there.
fn if_valid<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: std::str::FromStr,
{
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| text.parse().ok()))
}

fn unless_null<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The type of an event; the rest is read by it.
#[derive(Debug, Clone, Deserialize)]
pub struct TypeOf {
    /// Such as `message`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// `reaction_added` and `reaction_removed` (`docs.slack.dev/reference/events/reaction_added`).
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct ReactionEvent {
    pub user: UserId,
    pub reaction: String,
    pub item: Item,
    pub event_ts: SlackTs,
}

/// `team_join` and `user_profile_changed`: somebody, as they are now
/// (`docs.slack.dev/reference/events/team_join`).
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct MemberEvent {
    pub user: Member,
    pub event_ts: SlackTs,
}

/// What somebody reacted to; a message has both.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Item {
    #[serde(default)]
    pub channel: Option<ChannelId>,
    #[serde(default)]
    pub ts: Option<SlackTs>,
}

/// An event of type `message` (docs.slack.dev/reference/events/message).
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct MessageEvent {
    pub channel: ChannelId,
    pub ts: SlackTs,
    #[serde(default)]
    pub subtype: Option<String>,
    #[serde(default, deserialize_with = "if_valid")]
    pub user: Option<UserId>,
    #[serde(default, deserialize_with = "if_valid")]
    pub bot_id: Option<BotId>,
    #[serde(default, deserialize_with = "if_valid")]
    pub app_id: Option<AppId>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default, deserialize_with = "file::readable")]
    pub files: Vec<File>,
    #[serde(default, deserialize_with = "if_valid")]
    pub thread_ts: Option<SlackTs>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub icons: Option<Icons>,
    #[serde(default)]
    pub bot_profile: Option<BotProfile>,
    /// A list, or nothing: read by what each block is.
    #[serde(default)]
    pub blocks: Value,
    /// As `blocks`; previews of links are among them.
    #[serde(default)]
    pub attachments: Value,
    /// What an app wrote onto it, if Slack tells; whatever that is.
    #[serde(default)]
    pub metadata: Value,
    /// When this happened; for what was said, its `ts`.
    #[serde(default)]
    pub event_ts: Option<SlackTs>,
    /// The message as it is now, in a `message_changed`.
    #[serde(default)]
    pub message: Option<ChangedMessage>,
    /// The message that is gone, in a `message_deleted`.
    #[serde(default, deserialize_with = "if_valid")]
    pub deleted_ts: Option<SlackTs>,
}

/// A message as it is after a change (`docs.slack.dev/reference/events/message/message_changed`).
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct ChangedMessage {
    pub ts: SlackTs,
    #[serde(default)]
    pub subtype: Option<String>,
    #[serde(default, deserialize_with = "if_valid")]
    pub bot_id: Option<BotId>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default, deserialize_with = "file::readable")]
    pub files: Vec<File>,
    #[serde(default)]
    pub blocks: Value,
    #[serde(default)]
    pub attachments: Value,
}

/// The app that posted (`docs.slack.dev/reference/events/message/bot_message`).
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct BotProfile {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub icons: Option<Icons>,
}

/// Addresses of an app's picture, by size.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Icons {
    #[serde(default)]
    pub image_72: Option<String>,
    #[serde(default)]
    pub image_48: Option<String>,
    #[serde(default)]
    pub image_36: Option<String>,
}

impl Icons {
    /// The address of the largest.
    pub fn largest(self) -> Option<String> {
        self.image_72.or(self.image_48).or(self.image_36)
    }
}

impl std::fmt::Debug for MessageEvent {
    /// Message text never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MessageEvent({} {} {:?})", self.channel, self.ts, self.subtype)
    }
}

impl std::fmt::Debug for ChangedMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ChangedMessage({} {:?})", self.ts, self.subtype)
    }
}

impl MessageEvent {
    /// When this happened.
    pub fn happened_at(&self) -> &SlackTs {
        self.event_ts.as_ref().unwrap_or(&self.ts)
    }

    /// The first message of its thread, for a reply. A root names itself.
    pub fn root_ts(&self) -> Option<&SlackTs> {
        self.thread_ts.as_ref().filter(|root| **root != self.ts)
    }
}

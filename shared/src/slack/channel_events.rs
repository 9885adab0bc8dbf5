//! What the Events API tells of channels as such. Those of private channels have names of their own.

use serde::Deserialize;

use crate::ids::{ChannelId, SlackTs, UserId};

/// What happened to a channel.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "type")]
#[expect(missing_docs, reason = "Slack's own names")]
pub enum ChannelEvent {
    /// `docs.slack.dev/reference/events/channel_archive`
    #[serde(rename = "channel_archive", alias = "group_archive")]
    Archived { channel: ChannelId, event_ts: SlackTs },
    /// `docs.slack.dev/reference/events/channel_unarchive`
    #[serde(rename = "channel_unarchive", alias = "group_unarchive")]
    Unarchived { channel: ChannelId, event_ts: SlackTs },
    /// `docs.slack.dev/reference/events/channel_deleted`
    #[serde(rename = "channel_deleted", alias = "group_deleted")]
    Deleted { channel: ChannelId, event_ts: SlackTs },
    /// `docs.slack.dev/reference/events/channel_rename`
    #[serde(rename = "channel_rename", alias = "group_rename")]
    Renamed { channel: Named, event_ts: SlackTs },
    /// `docs.slack.dev/reference/events/channel_id_changed`
    #[serde(rename = "channel_id_changed")]
    IdChanged { old_channel_id: ChannelId, new_channel_id: ChannelId, event_ts: SlackTs },
    /// `docs.slack.dev/reference/events/member_joined_channel`
    #[serde(rename = "member_joined_channel")]
    MemberJoined { channel: ChannelId, user: UserId, event_ts: SlackTs },
}

/// A channel under the name that it has since.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Named {
    pub id: ChannelId,
    #[serde(default)]
    pub name: String,
}

impl ChannelEvent {
    /// Names that an event of this kind may have.
    pub const TYPES: [&str; 10] = [
        "channel_archive",
        "group_archive",
        "channel_unarchive",
        "group_unarchive",
        "channel_deleted",
        "group_deleted",
        "channel_rename",
        "group_rename",
        "channel_id_changed",
        "member_joined_channel",
    ];

    /// The channel, by the id that it has since.
    pub fn channel(&self) -> &ChannelId {
        match self {
            Self::Archived { channel, .. }
            | Self::Unarchived { channel, .. }
            | Self::Deleted { channel, .. }
            | Self::Renamed { channel: Named { id: channel, .. }, .. }
            | Self::IdChanged { new_channel_id: channel, .. }
            | Self::MemberJoined { channel, .. } => channel,
        }
    }

    /// When it happened.
    pub fn event_ts(&self) -> &SlackTs {
        match self {
            Self::Archived { event_ts, .. }
            | Self::Unarchived { event_ts, .. }
            | Self::Deleted { event_ts, .. }
            | Self::Renamed { event_ts, .. }
            | Self::IdChanged { event_ts, .. }
            | Self::MemberJoined { event_ts, .. } => event_ts,
        }
    }
}

//! The events that tell of channels. Those of private channels have names of their own.

use serde_json::{Map, Value, json};

use crate::ids::{ChannelId, TeamId, Ts, UserId};
use crate::shape::object;
use crate::world::Channel;

/// <https://docs.slack.dev/reference/events/channel_rename>
/// <https://docs.slack.dev/reference/events/group_rename>
pub(crate) fn renamed(channel: &Channel, at: &Ts) -> Map<String, Value> {
    object(json!({
        "type": if channel.is_private { "group_rename" } else { "channel_rename" },
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "name_normalized": channel.name,
            "created": channel.created,
            "is_channel": true,
            "is_mpim": false,
        },
        "event_ts": at,
    }))
}

/// <https://docs.slack.dev/reference/events/channel_archive>
/// <https://docs.slack.dev/reference/events/group_archive>
pub(crate) fn archived(channel: &Channel, user: &UserId, at: &Ts) -> Map<String, Value> {
    let name = if channel.is_private { "group_archive" } else { "channel_archive" };
    object(json!({ "type": name, "channel": channel.id, "user": user, "event_ts": at }))
}

/// <https://docs.slack.dev/reference/events/channel_unarchive>
/// <https://docs.slack.dev/reference/events/group_unarchive>
pub(crate) fn unarchived(channel: &Channel, user: &UserId, at: &Ts) -> Map<String, Value> {
    let name = if channel.is_private { "group_unarchive" } else { "channel_unarchive" };
    object(json!({ "type": name, "channel": channel.id, "user": user, "event_ts": at }))
}

/// <https://docs.slack.dev/reference/events/channel_deleted>
/// <https://docs.slack.dev/reference/events/group_deleted>
pub(crate) fn deleted(channel: &Channel, at: &Ts) -> Map<String, Value> {
    let name = if channel.is_private { "group_deleted" } else { "channel_deleted" };
    object(json!({ "type": name, "channel": channel.id, "event_ts": at }))
}

/// <https://docs.slack.dev/reference/events/channel_id_changed>
pub(crate) fn id_changed(old: &ChannelId, new: &ChannelId, at: &Ts) -> Map<String, Value> {
    object(json!({
        "type": "channel_id_changed",
        "old_channel_id": old,
        "new_channel_id": new,
        "event_ts": at,
    }))
}

/// <https://docs.slack.dev/reference/events/member_joined_channel>
pub(crate) fn member_joined(
    team: &TeamId,
    channel: &Channel,
    user: &UserId,
    inviter: Option<&UserId>,
    at: &Ts,
) -> Map<String, Value> {
    let mut event = object(json!({
        "type": "member_joined_channel",
        "user": user,
        "channel": channel.id,
        // Private channels of before 2021 are told by a "G"; there are none here.
        "channel_type": "C",
        "team": team,
        "event_ts": at,
    }));
    if let Some(inviter) = inviter {
        event.insert("inviter".to_owned(), json!(inviter));
    }
    event
}

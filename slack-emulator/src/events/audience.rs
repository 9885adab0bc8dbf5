//! Which events the app is sent: it needs a scope, and for most of a channel's its bot has to be in
//! the channel. <https://docs.slack.dev/apis/events-api/#permission-model-scopes-event-subscriptions>

use crate::world::{Channel, Workspace};

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    /// What was said. <https://docs.slack.dev/reference/events/message.channels>
    Messages,
    /// <https://docs.slack.dev/reference/events/reaction_added>
    Reactions,
    /// Who is in the channel. <https://docs.slack.dev/reference/events/member_joined_channel>
    Members,
    /// The channel itself. <https://docs.slack.dev/reference/events/channel_rename>
    Channel,
}

/// Whether the app hears of it.
pub(crate) fn hears(workspace: &Workspace, channel: &Channel, topic: Topic) -> bool {
    let scope = match (topic, channel.is_private) {
        (Topic::Messages, false) => "channels:history",
        (Topic::Messages, true) => "groups:history",
        (Topic::Reactions, _) => "reactions:read",
        (Topic::Members | Topic::Channel, false) => "channels:read",
        (Topic::Members | Topic::Channel, true) => "groups:read",
    };
    // What becomes of a public channel is everyone's to know.
    let is_open = topic == Topic::Channel && !channel.is_private;
    workspace.installation.has_scope(scope) && (is_open || workspace.bot_is_in(channel))
}

/// Whether the app hears who joins the workspace and what becomes of them.
/// <https://docs.slack.dev/reference/events/team_join>
pub(crate) fn hears_of_people(workspace: &Workspace) -> bool {
    workspace.installation.has_scope("users:read")
}

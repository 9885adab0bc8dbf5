//! What follows when someone reacts to a message: the page shows it, the app is told. Whether one
//! may was found out before.

use std::sync::Arc;

use crate::changing;
use crate::core::{Core, State};
use crate::events::{self, ReactionChange, Topic};
use crate::ids::{ChannelId, TeamId, Ts, UserId};

/// Where a reaction goes, and whose it is.
pub(crate) struct Reacting<'a> {
    pub(crate) team: &'a TeamId,
    pub(crate) channel: &'a ChannelId,
    pub(crate) ts: &'a Ts,
    pub(crate) user: &'a UserId,
    pub(crate) emoji: &'a str,
}

/// Adds a reaction or takes it back. Returns when that was, or nothing if it was so already.
pub(crate) fn react(
    core: &Arc<Core>,
    state: &mut State,
    change: ReactionChange,
    reacting: &Reacting<'_>,
) -> Option<Ts> {
    let Reacting { team, channel: channel_id, ts, user, emoji } = *reacting;
    let channel = state.world.channel_mut(team, channel_id)?;
    let reactions = &mut channel.message_mut(ts)?.reactions;
    let is_new = match change {
        ReactionChange::Added => reactions.add(user, emoji),
        ReactionChange::Removed => reactions.remove(user, emoji),
    };
    if !is_new {
        return None;
    }
    let at = channel.stamp();
    changing::show(core, state, team, channel_id, ts);
    let (workspace, channel) = state.world.channel(team, channel_id)?;
    if events::hears(workspace, channel, Topic::Reactions) {
        let message = channel.message(ts)?;
        let event =
            events::reaction_event(change, workspace, channel_id, message, user, emoji, &at);
        events::emit(core, state, team, Some(channel_id), &event);
    }
    Some(at)
}

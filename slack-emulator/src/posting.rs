//! What follows from a message: it is in its channel, the page shows it, the app is told.

use std::sync::Arc;

use crate::core::{Change, Core, State};
use crate::events;
use crate::ids::{ChannelId, TeamId, Ts};
use crate::shown::ShownMessage;
use crate::world::Draft;

/// Posts a message that was found to be in order, in a channel that exists.
pub(crate) fn post(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel_id: &ChannelId,
    draft: Draft,
) -> Option<Ts> {
    let workspace = state.world.workspaces.get_mut(team)?;
    let ts = workspace.channels.get_mut(channel_id)?.append(draft);

    let workspace = state.world.workspace(team)?;
    let channel = workspace.channels.get(channel_id)?;
    let message = channel.message(&ts)?;
    core.tell(|| Change::Message {
        team: team.clone(),
        channel: channel_id.clone(),
        message: Box::new(ShownMessage::of(&state.world.app, workspace, message)),
    });

    let scope = if channel.is_private { "groups:history" } else { "channels:history" };
    if workspace.bot_is_in(channel) && workspace.installation.has_scope(scope) {
        let event = events::message_event(&state.world.app, workspace, channel, message);
        let twice = message.draft.broadcast && state.switches.broadcast_sends_plain_event_too;
        events::emit(core, state, team, channel_id, &event);
        if twice {
            let mut plain = event;
            plain.remove("subtype");
            plain.remove("root");
            events::emit(core, state, team, channel_id, &plain);
        }
    }
    Some(ts)
}

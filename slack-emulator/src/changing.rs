//! What follows when a message is changed or deleted: the page shows it, the app is told.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::core::{Change, Core, State};
use crate::events::{self, Topic};
use crate::ids::{ChannelId, TeamId, Ts};
use crate::shape;
use crate::shown::ShownMessage;
use crate::world::{Edited, Message};

/// Changes a message, or sends it again as if it were changed. Returns when that was.
pub(crate) fn change(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel_id: &ChannelId,
    ts: &Ts,
    act: impl FnOnce(&mut Message, &Ts),
) -> Option<Ts> {
    let previous = whole(state, team, channel_id, ts)?;
    let channel = state.world.channel_mut(team, channel_id)?;
    let at = channel.stamp();
    act(channel.message_mut(ts)?, &at);

    show(core, state, team, channel_id, ts);
    let message = whole(state, team, channel_id, ts)?;
    let (workspace, channel) = state.world.channel(team, channel_id)?;
    if events::hears(workspace, channel, Topic::Messages) {
        let event = events::message_changed(channel, &at, message, previous);
        events::emit(core, state, team, Some(channel_id), &event);
    }
    Some(at)
}

/// Who changed a message and when, in whole seconds or not.
pub(crate) fn edited(user: String, at: &Ts, in_whole_seconds: bool) -> Edited {
    let seconds = at.micros().filter(|_| in_whole_seconds);
    let ts = seconds.map_or_else(|| at.clone(), |at| Ts::from_micros(at - at % 1_000_000));
    Edited { user, ts }
}

/// Deletes a message. The root of a thread stays as a tombstone while there are replies.
pub(crate) fn delete(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel_id: &ChannelId,
    ts: &Ts,
) -> Option<Ts> {
    let replies = state.world.channel(team, channel_id)?.1.message(ts)?.replies.clone();
    if replies.is_empty() {
        return remove(core, state, team, channel_id, ts);
    }
    let at = change(core, state, team, channel_id, ts, |message, _| message.bury())?;
    if state.switches.deleted_roots_resend_replies {
        for reply in &replies {
            change(core, state, team, channel_id, reply, |_, _| {});
        }
    }
    Some(at)
}

/// Removes a message, and with the last reply the tombstone that it stood under.
fn remove(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel_id: &ChannelId,
    ts: &Ts,
) -> Option<Ts> {
    let previous = whole(state, team, channel_id, ts)?;
    let channel = state.world.channel_mut(team, channel_id)?;
    let at = channel.stamp();
    let removed = channel.remove(ts)?;
    core.tell(|| Change::Deleted {
        team: team.clone(),
        channel: channel_id.clone(),
        ts: ts.clone(),
    });

    let (workspace, channel) = state.world.channel(team, channel_id)?;
    let root = removed.draft.thread_ts.filter(|root| {
        let root = channel.message(root);
        root.is_some_and(|root| root.is_tombstone() && root.replies.is_empty())
    });
    if events::hears(workspace, channel, Topic::Messages) {
        let event = events::message_deleted(channel, &at, ts, previous);
        events::emit(core, state, team, Some(channel_id), &event);
    }
    if let Some(root) = root {
        remove(core, state, team, channel_id, &root);
    }
    Some(at)
}

/// Shows on the page what a message is now.
pub(crate) fn show(
    core: &Core,
    state: &State,
    team: &TeamId,
    channel_id: &ChannelId,
    ts: &Ts,
) -> Option<()> {
    let (workspace, channel) = state.world.channel(team, channel_id)?;
    let message = channel.message(ts)?;
    core.tell(|| Change::Changed {
        team: team.clone(),
        channel: channel_id.clone(),
        message: Box::new(ShownMessage::of(&state.world.app, workspace, message)),
    });
    Some(())
}

/// A message as events about changes carry it.
fn whole(
    state: &State,
    team: &TeamId,
    channel_id: &ChannelId,
    ts: &Ts,
) -> Option<Map<String, Value>> {
    let (workspace, channel) = state.world.channel(team, channel_id)?;
    let message = channel.message(ts)?;
    let app = &state.world.app;
    let reading = events::reading(&state.switches);
    Some(shape::message_in_history(app, workspace, channel, message, reading))
}

//! What follows from a message: it is in its channel, the page shows it, the app is told.

use std::sync::Arc;

use serde_json::json;

use crate::changing;
use crate::core::{Change, Core, State};
use crate::events::{self, Topic};
use crate::ids::{ChannelId, TeamId, Ts};
use crate::shown::ShownMessage;
use crate::world::{Author, Draft};

/// Posts a message that was found to be in order, in a channel that exists.
pub(crate) fn post(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel_id: &ChannelId,
    draft: Draft,
) -> Option<Ts> {
    let ts = state.world.channel_mut(team, channel_id)?.append(draft);

    let (workspace, channel) = state.world.channel(team, channel_id)?;
    let message = channel.message(&ts)?;
    core.tell(|| Change::Message {
        team: team.clone(),
        channel: channel_id.clone(),
        message: Box::new(ShownMessage::of(&state.world.app, workspace, message)),
    });

    if events::hears(workspace, channel, Topic::Messages) {
        let mut event = events::message_posted(
            &state.world.app,
            workspace,
            channel,
            message,
            events::reading(&state.switches),
        );
        let is_of_other = matches!(message.draft.author, Author::OtherApp(_));
        if is_of_other && state.switches.app_events_show_nothing {
            event.insert("text".to_owned(), json!(""));
            event.remove("blocks");
            event.remove("attachments");
        }
        let twice = message.draft.broadcast && state.switches.broadcast_sends_plain_event_too;
        events::emit(core, state, team, Some(channel_id), &event);
        if twice {
            let mut plain = event;
            plain.remove("subtype");
            plain.remove("root");
            events::emit(core, state, team, Some(channel_id), &plain);
        }
    }
    if state.switches.replies_change_their_root {
        let root = state.world.channel(team, channel_id)?.1.message(&ts)?.draft.thread_ts.clone();
        if let Some(root) = root {
            changing::change(core, state, team, channel_id, &root, |_, _| {});
        }
    }
    Some(ts)
}

//! What becomes of files: uploaded ones are shown in their channel, deleted ones leave their messages.

use std::sync::Arc;
use std::time::Duration;

use crate::changing;
use crate::core::{Core, State};
use crate::ids::{ChannelId, FileId, TeamId, Ts};
use crate::posting;
use crate::world::{Draft, FileMode};

/// Shows uploaded files. Slack looks at them first: it takes as long as the switch says, and is never done
/// when the method answers.
pub(crate) fn share_later(
    core: &Arc<Core>,
    state: &State,
    team: TeamId,
    channel: ChannelId,
    draft: Draft,
) {
    let delay = Duration::from_millis(state.switches.share_delay_ms);
    let sharing = Arc::clone(core);
    core.spawn(async move {
        tokio::time::sleep(delay).await;
        sharing.change(|state| post(&sharing, state, &team, &channel, draft));
    });
}

/// Posts a message with files.
pub(crate) fn post(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel: &ChannelId,
    draft: Draft,
) -> Option<Ts> {
    let files = draft.files.clone();
    let ts = posting::post(core, state, team, channel, draft)?;
    let workspace = state.world.workspaces.get_mut(team)?;
    for file in &files {
        if let Some(file) = workspace.files.get_mut(file) {
            file.shares.push((channel.clone(), ts.clone()));
        }
    }
    Some(ts)
}

/// Deletes a file. What is left of its messages says so; one that was nothing else is deleted with it.
pub(crate) fn delete(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    id: &FileId,
) -> Option<()> {
    let file = state.world.workspaces.get_mut(team)?.files.get_mut(id)?;
    file.mode = FileMode::Tombstone;
    for (channel, ts) in std::mem::take(&mut file.shares) {
        let workspace = state.world.workspace(team)?;
        let Some(message) =
            workspace.channels.get(&channel).and_then(|channel| channel.message(&ts))
        else {
            continue;
        };
        let is_gone = |file: &FileId| {
            workspace.files.get(file).is_none_or(|file| file.mode == FileMode::Tombstone)
        };
        if message.draft.text.is_empty() && message.draft.files.iter().all(is_gone) {
            changing::delete(core, state, team, &channel, &ts);
        } else {
            changing::change(core, state, team, &channel, &ts, |_, _| {});
        }
    }
    Some(())
}

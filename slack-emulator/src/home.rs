//! Somebody opens the app's Home tab.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::core::{Core, State};
use crate::events;
use crate::ids::{TeamId, UserId};
use crate::shape::object;
use crate::standing::Misplaced;

/// Sends the event that tells of it. <https://docs.slack.dev/reference/events/app_home_opened>
pub(crate) fn open(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    user: &UserId,
) -> Result<(), Misplaced> {
    let workspace = state.world.workspaces.get_mut(team);
    let workspace = workspace.ok_or_else(|| Misplaced::UnknownWorkspace(team.clone()))?;
    if !workspace.users.contains_key(user) {
        return Err(Misplaced::UnknownUser(user.clone()));
    }
    if !workspace.is_installed() {
        return Ok(());
    }
    let at = workspace.stamp();
    let conversation = workspace.conversation(&workspace.installation.bot_user.clone(), user);
    let mut event = object(json!({
        "type": "app_home_opened", "user": user, "channel": conversation, "tab": "home", "event_ts": at,
    }));
    if let Some(view) = workspace.homes.get(user) {
        event.insert("view".to_owned(), view.clone());
    }
    events::emit(core, state, team, None, &event);
    Ok(())
}

/// What somebody sees there.
pub(crate) fn shown(state: &State, team: &str, user: &str) -> Option<Value> {
    state.world.workspace(team)?.homes.get(user).cloned()
}

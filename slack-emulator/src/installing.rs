//! What follows when the app is installed, when people let it act in their names, and when that is
//! taken back.

use std::sync::Arc;

use crate::core::{Change, Core, State};
use crate::directory::PersonError;
use crate::events::{self, app};
use crate::ids::{TeamId, UserId};
use crate::standing::Misplaced;
use crate::switches::UninstallOrder;
use crate::world::{Issued, Issuing, Revoked, Workspace};

/// Why the app could not be uninstalled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UninstallError {
    /// There is no such workspace.
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    /// It has no tokens there.
    #[error("the app is not installed in {0}")]
    NotInstalled(TeamId),
}

/// The app is installed in a workspace, with these scopes besides those that it has.
pub(crate) fn install(
    core: &Core,
    state: &mut State,
    team: &TeamId,
    scopes: Vec<String>,
    how: Issuing,
) -> Result<Issued, Misplaced> {
    let world = &mut state.world;
    let issued = workspace(&mut world.workspaces, team)?.install(&world.app, scopes, how);
    core.tell(|| Change::Stage);
    Ok(issued)
}

/// Somebody lets the app act in their name.
pub(crate) fn authorize(
    state: &mut State,
    team: &TeamId,
    user: &UserId,
    scopes: Vec<String>,
    how: Issuing,
) -> Result<Issued, Misplaced> {
    let world = &mut state.world;
    let workspace = workspace(&mut world.workspaces, team)?;
    if !workspace.users.contains_key(user) {
        return Err(Misplaced::UnknownUser(user.clone()));
    }
    Ok(workspace.authorize(&world.app, user, scopes, how))
}

/// Somebody takes back what they let the app do.
pub(crate) fn revoke_person(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    user: &UserId,
) -> Result<(), PersonError> {
    let names_the_bot = state.switches.personal_revoke_names_the_bot;
    let workspace = workspace(&mut state.world.workspaces, team)?;
    if !workspace.users.contains_key(user) {
        return Err(Misplaced::UnknownUser(user.clone()).into());
    }
    if !workspace.revoke(user) {
        return Err(PersonError::NothingGranted(user.clone()));
    }
    let bot = &workspace.installation.bot_user;
    let bot = (names_the_bot && workspace.is_installed()).then(|| bot.clone());
    tell(core, state, team, &Revoked { people: vec![user.clone()], bot });
    Ok(())
}

/// The bot's tokens are taken back, which leaves people's as they are.
pub(crate) fn revoke_bot(core: &Arc<Core>, state: &mut State, team: &TeamId) {
    let Some(workspace) = state.world.workspaces.get_mut(team) else { return };
    if workspace.retire_bot() {
        let bot = Some(workspace.installation.bot_user.clone());
        tell(core, state, team, &Revoked { bot, ..Revoked::default() });
    }
}

/// The app is uninstalled: nothing that it was given in the workspace is good any longer.
pub(crate) fn uninstall(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
) -> Result<(), UninstallError> {
    let revoked = workspace(&mut state.world.workspaces, team)?.uninstall();
    if revoked == Revoked::default() {
        return Err(UninstallError::NotInstalled(team.clone()));
    }
    tell(core, state, team, &revoked);
    Ok(())
}

fn workspace<'a>(
    workspaces: &'a mut std::collections::BTreeMap<TeamId, Workspace>,
    team: &TeamId,
) -> Result<&'a mut Workspace, Misplaced> {
    workspaces.get_mut(team).ok_or_else(|| Misplaced::UnknownWorkspace(team.clone()))
}

/// Tells whose tokens are good no longer and, if those were the last, that the app is uninstalled.
/// Both are told of whatever the app's scopes are, or were.
fn tell(core: &Arc<Core>, state: &mut State, team: &TeamId, revoked: &Revoked) {
    core.tell(|| Change::Stage);
    let Some(workspace) = state.world.workspaces.get_mut(team) else { return };
    let is_last = !workspace.has_tokens();
    let mut events = vec![app::tokens_revoked(revoked, &workspace.stamp())];
    if is_last {
        events.push(app::uninstalled(&workspace.stamp()));
    }
    if state.switches.uninstall_event_order == UninstallOrder::UninstalledFirst {
        events.reverse();
    }
    for event in events {
        events::emit(core, state, team, None, &event);
    }
}

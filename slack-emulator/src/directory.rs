//! What becomes of a workspace's people, as the app hears of it: they join, change their profiles,
//! and their accounts are deactivated.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::core::{Change, Core, State};
use crate::events::{self, person};
use crate::ids::{TeamId, Ts, UserId};
use crate::installing;
use crate::shape;
use crate::standing::Misplaced;
use crate::world::{Grant, User, Workspace};

/// Why that could not become of a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PersonError {
    /// There is no such workspace or user.
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    /// Someone of that id is there, or the account is deactivated, already.
    #[error("{0} is like that already")]
    NothingNew(UserId),
    /// There is nothing to take back.
    #[error("{0} lets the app do nothing")]
    NothingGranted(UserId),
}

/// Somebody new is in the workspace, and in none of its channels yet.
pub(crate) fn join(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    user: User,
) -> Result<(), PersonError> {
    let workspace = workspace(state, team)?;
    let id = user.id.clone();
    if workspace.users.contains_key(&id) {
        return Err(PersonError::NothingNew(id));
    }
    workspace.users.insert(id.clone(), user);
    tell(core, state, team, &id, &[person::joined]);
    Ok(())
}

/// Somebody is shown otherwise from now on.
pub(crate) fn change(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    id: &UserId,
    user: User,
) -> Result<(), PersonError> {
    let place = person(state, team, id)?.users.get_mut(id);
    place.expect("it was found just now").clone_from(&User { id: id.clone(), ..user });
    tell_of_change(core, state, team, id);
    Ok(())
}

/// Somebody's account is deactivated; what they let the app do ends with it.
pub(crate) fn deactivate(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    id: &UserId,
) -> Result<(), PersonError> {
    let workspace = person(state, team, id)?;
    let user = workspace.users.get_mut(id).expect("it was found just now");
    if std::mem::replace(&mut user.deleted, true) {
        return Err(PersonError::NothingNew(id.clone()));
    }
    tell_of_change(core, state, team, id);
    end_grant(core, state, team, id)
}

/// Whether Slack tells of tokens that end with an account, its pages do not say.
fn end_grant(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    id: &UserId,
) -> Result<(), PersonError> {
    let workspace = workspace(state, team)?;
    let had_any = workspace.grants.get(id).is_some_and(Grant::is_live);
    if had_any && state.switches.deactivation_tells_of_tokens {
        return installing::revoke_person(core, state, team, id);
    }
    self::workspace(state, team)?.revoke(id);
    Ok(())
}

fn workspace<'a>(state: &'a mut State, team: &TeamId) -> Result<&'a mut Workspace, Misplaced> {
    let found = state.world.workspaces.get_mut(team);
    found.ok_or_else(|| Misplaced::UnknownWorkspace(team.clone()))
}

/// The workspace of a person who is known there.
fn person<'a>(
    state: &'a mut State,
    team: &TeamId,
    id: &UserId,
) -> Result<&'a mut Workspace, Misplaced> {
    let workspace = workspace(state, team)?;
    let is_known = workspace.users.contains_key(id);
    is_known.then_some(workspace).ok_or_else(|| Misplaced::UnknownUser(id.clone()))
}

fn tell_of_change(core: &Arc<Core>, state: &mut State, team: &TeamId, id: &UserId) {
    let both: [Event; 2] = [person::profile_changed, person::changed];
    let events = if state.switches.user_change_comes_too { &both[..] } else { &both[..1] };
    tell(core, state, team, id, events);
}

type Event = fn(&Value, &Ts) -> Map<String, Value>;

/// Sends the events of one and the same moment.
fn tell(core: &Arc<Core>, state: &mut State, team: &TeamId, id: &UserId, events: &[Event]) {
    let app = &state.world.app;
    let Some(workspace) = state.world.workspaces.get_mut(team) else { return };
    let at = workspace.stamp();
    let seconds = at.micros().expect("it was made just now") / 1_000_000;
    workspace.updated.insert(id.clone(), seconds);
    core.tell(|| Change::Stage);
    let Some(user) = workspace.users.get(id).filter(|_| events::hears_of_people(workspace)) else {
        return;
    };
    let user = shape::user(app, workspace, user, &workspace.installation.grant.scopes);
    for event in events {
        events::emit(core, state, team, None, &event(&user, &at));
    }
}

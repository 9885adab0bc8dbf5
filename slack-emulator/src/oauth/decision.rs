//! What follows from a person's decision: they are sent back to the app, with a code or without.

use url::Url;

use super::{Allowed, AuthorizeRequest};
use crate::core::State;
use crate::ids::{TeamId, UserId};
use crate::standing::Misplaced;

/// What a person says to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allow,
    Deny,
}

/// A person allows it, as far as their workspace lets them. Returns where they are sent.
pub(crate) fn allow(
    state: &mut State,
    request: AuthorizeRequest,
    team: &TeamId,
    user: &UserId,
) -> Result<Url, Misplaced> {
    let workspace = state.world.workspace(team);
    let workspace = workspace.ok_or_else(|| Misplaced::UnknownWorkspace(team.clone()))?;
    if !workspace.people().any(|person| person.id == *user) {
        return Err(Misplaced::UnknownUser(user.clone()));
    }
    let may = |scope: &String| {
        workspace.grants_only.as_ref().is_none_or(|granted| granted.contains(scope))
    };
    let granted = |scopes: Vec<String>| scopes.into_iter().filter(may).collect();
    let AuthorizeRequest { scopes, user_scopes, state: echo, redirect_uri, target, .. } = request;
    let allowed = Allowed {
        team: team.clone(),
        user: user.clone(),
        scopes: granted(scopes),
        user_scopes: granted(user_scopes),
        redirect_uri,
        target: target.to_string(),
    };
    let code = state.chance.code();
    state.codes.put(code.clone(), allowed, state.clock.now());
    Ok(with_answer(target, &[("code", &code), ("state", &echo)]))
}

/// A person denies it. Returns where they are sent.
pub(crate) fn deny(request: AuthorizeRequest) -> Url {
    with_answer(request.target, &[("error", "access_denied"), ("state", &request.state)])
}

fn with_answer(mut target: Url, answer: &[(&str, &str)]) -> Url {
    target.query_pairs_mut().extend_pairs(answer);
    target
}

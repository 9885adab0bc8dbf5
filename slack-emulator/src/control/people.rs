//! What becomes of people, as told from outside.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::{Reply, done, read, refused};
use crate::core::Core;
use crate::directory::{self, PersonError};
use crate::ids::{TeamId, UserId};
use crate::installing;
use crate::standing::Misplaced;
use crate::world::User;

#[derive(Deserialize)]
struct Person {
    team: TeamId,
    user: UserId,
    #[serde(flatten)]
    act: Act,
}

#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
enum Act {
    Join {
        real_name: String,
        #[serde(flatten)]
        more: Profile,
    },
    Change(Profile),
    Deactivate,
    Authorize {
        scopes: Vec<String>,
    },
    Revoke,
}

/// What of a profile is named; the rest stays.
#[derive(Default, Deserialize)]
struct Profile {
    real_name: Option<String>,
    display_name: Option<String>,
    email: Option<String>,
    avatar: Option<String>,
}

impl Profile {
    fn apply(self, mut user: User) -> User {
        user.real_name = self.real_name.unwrap_or(user.real_name);
        user.display_name = self.display_name.unwrap_or(user.display_name);
        user.email = self.email.or(user.email);
        user.avatar = self.avatar.or(user.avatar);
        user
    }
}

/// Someone joins, changes or leaves, or lets the app do something or no longer.
pub(super) async fn person(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Person { team, user: id, act } = read(body)?;
    let result = core.change(|state| match act {
        Act::Join { real_name, more } => {
            let user = more.apply(User::new(&id, &real_name));
            directory::join(&core, state, &team, user).map(|()| done())
        }
        Act::Change(profile) => {
            let workspace = state.world.workspace(&team);
            let user = workspace.and_then(|workspace| workspace.users.get(&id)).cloned();
            let unknown = || PersonError::from(Misplaced::UnknownUser(id.clone()));
            let user = profile.apply(user.ok_or_else(unknown)?);
            directory::change(&core, state, &team, &id, user).map(|()| done())
        }
        Act::Deactivate => directory::deactivate(&core, state, &team, &id).map(|()| done()),
        Act::Authorize { scopes } => {
            let how = state.issuing();
            let issued = installing::authorize(state, &team, &id, scopes, how)?;
            Ok(Json(json!({ "ok": true, "token": issued.token })))
        }
        Act::Revoke => installing::revoke_person(&core, state, &team, &id).map(|()| done()),
    });
    result.map_err(refused)
}

#[derive(Deserialize)]
struct Uninstall {
    team: TeamId,
}

/// Somebody uninstalls the app.
pub(super) async fn uninstall(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Uninstall { team } = read(body)?;
    core.change(|state| installing::uninstall(&core, state, &team)).map_err(refused)?;
    Ok(done())
}

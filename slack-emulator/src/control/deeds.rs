//! What happens in the workspaces, as told from outside.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::{Reply, done, read, refused};
use crate::core::Core;
use crate::deeds::{self, UserAct};
use crate::ids::{ChannelId, TeamId, Ts, UserId};
use crate::previews;
use crate::rooms::{self, ChannelAct};
use crate::speech::{self, UserPost};
use crate::standing::Misplaced;

#[derive(Deserialize)]
struct Speech {
    team: TeamId,
    channel: ChannelId,
    #[serde(flatten)]
    post: UserPost,
}

/// Someone says something.
pub(super) async fn say(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Speech { team, channel, post } = read(body)?;
    let said = core.change(|state| speech::say(&core, state, &team, &channel, post));
    Ok(at(&said.map_err(refused)?))
}

#[derive(Deserialize)]
struct Deed {
    team: TeamId,
    channel: ChannelId,
    user: UserId,
    #[serde(flatten)]
    act: UserAct,
}

/// Someone edits or deletes a message, or reacts to it.
pub(super) async fn act(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Deed { team, channel, user, act } = read(body)?;
    let done = core.change(|state| deeds::act(&core, state, &team, &channel, &user, act));
    Ok(at(&done.map_err(refused)?))
}

#[derive(Deserialize)]
struct Target {
    team: TeamId,
    channel: ChannelId,
    ts: Ts,
}

/// Slack attaches a preview to a message.
pub(super) async fn unfurl(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Target { team, channel, ts } = read(body)?;
    let done = core.change(|state| previews::unfurl(&core, state, &team, &channel, &ts));
    Ok(at(&done.map_err(refused)?))
}

/// Slack sends a message as if it were changed.
pub(super) async fn resend(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Target { team, channel, ts } = read(body)?;
    let done = core.change(|state| previews::resend(&core, state, &team, &channel, &ts));
    Ok(at(&done.map_err(refused)?))
}

#[derive(Deserialize)]
struct Room {
    team: TeamId,
    channel: ChannelId,
    #[serde(flatten)]
    act: ChannelAct,
}

/// Something becomes of a channel.
pub(super) async fn channel(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Room { team, channel, act } = read(body)?;
    core.change(|state| rooms::act(&core, state, &team, &channel, &act)).map_err(refused)?;
    Ok(done())
}

#[derive(Deserialize)]
struct Emoji {
    team: TeamId,
    name: String,
    alias_of: Option<String>,
}

/// A workspace gets an emoji of its own.
pub(super) async fn emoji(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Emoji { team, name, alias_of } = read(body)?;
    core.change(|state| {
        let workspace = state.world.workspaces.get_mut(&team);
        let workspace = workspace.ok_or_else(|| refused(Misplaced::UnknownWorkspace(team)))?;
        workspace.add_emoji(&name, alias_of.as_deref());
        Ok(done())
    })
}

/// When it happened.
fn at(ts: &Ts) -> Json<Value> {
    Json(json!({ "ok": true, "ts": ts }))
}

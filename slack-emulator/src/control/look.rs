//! What there is to see.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use url::Url;

use crate::core::{self, Core};
use crate::shape;
use crate::shown::ShownMessage;
use crate::world::{App, Channel, Workspace};

/// How many messages of a channel the page begins with: the newest.
const MESSAGES_SHOWN: usize = 200;

/// Everything that the page shows.
pub(super) async fn state(State(core): State<Arc<Core>>) -> Json<Value> {
    Json(core.read(|state| {
        let workspaces = state.world.workspaces.values();
        let workspaces: Vec<_> = workspaces.map(|workspace| shown(state, workspace)).collect();
        json!({
            "app": { "id": state.world.app.id, "name": state.world.app.name },
            "request_url": state.courier.request_url.as_ref().map(Url::as_str),
            "workspaces": workspaces,
        })
    }))
}

fn shown(state: &core::State, workspace: &Workspace) -> Value {
    let app = &state.world.app;
    let users: Vec<_> = workspace
        .users
        .values()
        .map(|user| {
            json!({
                "id": user.id,
                "name": user.shown_name(),
                "avatar": shape::avatar(app, workspace, user),
                "is_bot": user.is_bot,
                "deleted": user.deleted,
            })
        })
        .collect();
    let channels: Vec<_> =
        workspace.channels.values().map(|channel| shown_channel(app, workspace, channel)).collect();
    json!({
        "id": workspace.id,
        "name": workspace.name,
        "bot_user": workspace.installation.bot_user,
        "is_installed": workspace.is_installed(),
        "users": users,
        "channels": channels,
        "delivery": state.courier.newest(&workspace.id),
    })
}

fn shown_channel(app: &App, workspace: &Workspace, channel: &Channel) -> Value {
    let newest = channel.messages().rev().take(MESSAGES_SHOWN);
    let mut messages: Vec<_> =
        newest.map(|message| ShownMessage::of(app, workspace, message)).collect();
    messages.reverse();
    let speakers: Vec<_> = workspace
        .people()
        .filter(|user| channel.members.contains(&user.id))
        .map(|user| &user.id)
        .collect();
    json!({
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "has_bot": workspace.bot_is_in(channel),
        "speakers": speakers,
        "messages": messages,
    })
}

/// What an app has to be told to work with the emulator. These secrets open nothing else.
pub(super) async fn app(State(core): State<Arc<Core>>) -> Json<Value> {
    let installations: Vec<_> = core.read(|state| {
        let workspaces = state.world.workspaces.values().filter(|workspace| workspace.has_tokens());
        let installation = |workspace: &Workspace| {
            let bot = &workspace.installation;
            let people: Vec<_> = workspace
                .grants
                .iter()
                .filter_map(|(user, grant)| {
                    let token = grant.token()?;
                    Some(json!({ "user": user, "token": token, "scopes": grant.scopes }))
                })
                .collect();
            json!({
                "team": workspace.id,
                "name": workspace.name,
                "bot_token": bot.grant.token(),
                "bot_user_id": bot.bot_user,
                "bot_id": bot.bot_id,
                "bot_refresh_token": bot.grant.refresh_token(),
                "scopes": bot.grant.scopes,
                "people": people,
            })
        };
        workspaces.map(installation).collect()
    });
    Json(json!({
        "app_id": core.settings.app_id,
        "client_id": core.settings.client_id,
        "client_secret": core.settings.client_secret,
        "signing_secret": core.settings.signing_secret,
        "api_url": format!("{}/api/", core.base_url),
        "authorize_url": core.authorize_url(),
        "redirect_urls": core.settings.redirect_urls,
        "token_rotation_enabled": core.settings.token_rotation_enabled,
        "installations": installations,
    }))
}

pub(super) async fn calls(State(core): State<Arc<Core>>) -> Json<Value> {
    Json(json!({ "calls": core.read(|state| state.records.calls().all()) }))
}

pub(super) async fn deliveries(State(core): State<Arc<Core>>) -> Json<Value> {
    Json(json!({ "deliveries": core.read(|state| state.records.deliveries.all()) }))
}

pub(super) async fn retries(State(core): State<Arc<Core>>) -> Json<Value> {
    Json(json!({ "retries": core.read(|state| state.courier.waiting_retries()) }))
}

pub(super) async fn violations(State(core): State<Arc<Core>>) -> Json<Value> {
    Json(json!({ "violations": core.read(|state| state.records.violations.all()) }))
}

pub(super) async fn over_limit(State(core): State<Arc<Core>>) -> Json<Value> {
    Json(json!({ "over_limit": core.read(|state| state.records.over_limit.all()) }))
}

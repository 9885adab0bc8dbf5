//! `oauth.v2.access`: the app exchanges a code for tokens, or a refresh token for a new token.
//! <https://docs.slack.dev/reference/methods/oauth.v2.access>
//!
//! The app counts as installed from here on, not from when a person allowed it.

use serde_json::{Value, json};

use crate::api::client_call::ClientCall;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::ids::{TeamId, UserId};
use crate::installing;
use crate::oauth::{Allowed, CodeError};
use crate::shape::object;
use crate::violation::ViolationKind;
use crate::world::{Caller, Issued, Issuing, TOKEN_LIFE, Workspace};

pub(in crate::api) fn run(call: &mut ClientCall<'_>) -> Result<Fields, ApiError> {
    call.check_credentials()?;
    match call.text("grant_type")?.unwrap_or("authorization_code") {
        "authorization_code" => exchange(call),
        "refresh_token" => refresh(call),
        other => {
            let detail = format!("the grant type is {other}");
            Err(ApiError::breach("invalid_grant_type", ViolationKind::WrongType, detail))
        }
    }
}

fn exchange(call: &mut ClientCall<'_>) -> Result<Fields, ApiError> {
    let (code, redirect_uri) = (call.text("code")?, call.text("redirect_uri")?);
    let now = call.state.clock.now();
    let allowed = call.state.codes.take(code.unwrap_or_default(), redirect_uri, now);
    let allowed = allowed.map_err(|error| match error {
        CodeError::Invalid => ApiError::plain("invalid_code"),
        // A page that is loaded again sends its code again.
        CodeError::AlreadyUsed => ApiError::plain("code_already_used"),
        CodeError::BadRedirect => {
            let detail = "redirect_uri is another than the person was sent with";
            ApiError::breach("bad_redirect_uri", ViolationKind::WrongType, detail)
        }
    })?;
    let Allowed { team, user, scopes, user_scopes, .. } = allowed;
    let how =
        Issuing { keeps: call.state.switches.reinstall_keeps_the_token, ..call.state.issuing() };
    let gone = |_| ApiError::plain("invalid_code");
    let bot = (!scopes.is_empty())
        .then(|| installing::install(call.core, call.state, &team, scopes, how))
        .transpose()
        .map_err(gone)?;
    let person = (!user_scopes.is_empty())
        .then(|| installing::authorize(call.state, &team, &user, user_scopes, how))
        .transpose()
        .map_err(gone)?;
    let workspace = workspace(call, &team)?;
    let mut fields = place(call, workspace);
    if let Some(bot) = bot {
        fields.extend(token(workspace, &Caller::Bot, bot));
    }
    fields.insert("authed_user".to_owned(), authed_user(workspace, user, person));
    Ok(fields)
}

fn authed_user(workspace: &Workspace, user: UserId, issued: Option<Issued>) -> Value {
    let mut authed = object(json!({ "id": user }));
    if let Some(issued) = issued {
        authed.extend(token(workspace, &Caller::Person(user), issued));
    }
    Value::Object(authed)
}

/// <https://docs.slack.dev/authentication/using-token-rotation>
fn refresh(call: &mut ClientCall<'_>) -> Result<Fields, ApiError> {
    let refresh = call.text("refresh_token")?.unwrap_or_default();
    let how = call.state.issuing();
    let mut workspaces = call.state.world.workspaces.values_mut();
    let holder = workspaces.find_map(|workspace| {
        let caller = workspace.use_up(refresh)?;
        Some((workspace.id.clone(), caller))
    });
    let (team, caller) = holder.ok_or_else(|| ApiError::plain("invalid_refresh_token"))?;
    let issued = match &caller {
        Caller::Bot => installing::install(call.core, call.state, &team, Vec::new(), how),
        Caller::Person(user) => installing::authorize(call.state, &team, user, Vec::new(), how),
    };
    let issued = issued.map_err(|_| ApiError::plain("invalid_refresh_token"))?;
    let workspace = workspace(call, &team)?;
    let mut fields = place(call, workspace);
    fields.extend(token(workspace, &caller, issued));
    Ok(fields)
}

fn workspace<'b>(call: &'b ClientCall<'_>, team: &TeamId) -> Result<&'b Workspace, ApiError> {
    call.state.world.workspace(team).ok_or_else(|| ApiError::plain("internal_error"))
}

/// Which app it is, and where.
fn place(call: &ClientCall<'_>, workspace: &Workspace) -> Fields {
    object(json!({
        "app_id": call.state.world.app.id,
        "team": { "id": workspace.id, "name": workspace.name },
        "enterprise": null,
        "is_enterprise_install": false,
    }))
}

fn token(workspace: &Workspace, caller: &Caller, issued: Issued) -> Fields {
    let kind = if *caller == Caller::Bot { "bot" } else { "user" };
    let mut fields = object(json!({
        "access_token": issued.token,
        "token_type": kind,
        "scope": workspace.scopes_of(caller).join(","),
    }));
    if *caller == Caller::Bot {
        fields.insert("bot_user_id".to_owned(), json!(workspace.installation.bot_user));
    }
    if let Some(refresh) = issued.refresh {
        fields.insert("refresh_token".to_owned(), json!(refresh));
        fields.insert("expires_in".to_owned(), json!(TOKEN_LIFE.as_secs()));
    }
    fields
}

//! The user object. <https://docs.slack.dev/reference/objects/user-object/>

use serde_json::{Map, Value, json};

use super::object;
use crate::world::{App, User, Workspace};

/// The sizes in which Slack offers each picture.
const PICTURE_SIZES: [u16; 6] = [24, 32, 48, 72, 192, 512];

/// Where a user's picture is: the given one, or initials that the emulator draws.
pub(crate) fn avatar(app: &App, workspace: &Workspace, user: &User) -> String {
    let drawn = || format!("{}/_emulator/avatar/{}/{}.svg", app.base_url, workspace.id, user.id);
    user.avatar.clone().unwrap_or_else(drawn)
}

/// A user as the app of this workspace sees it: the e-mail address only with its scope.
pub(crate) fn user(app: &App, workspace: &Workspace, user: &User, scopes: &[String]) -> Value {
    let with_email = scopes.iter().any(|scope| scope == "users:read.email");
    let updated = workspace.updated.get(&user.id).unwrap_or(&workspace.created);
    let mut user_object = object(json!({
        "id": user.id,
        "team_id": workspace.id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile(app, workspace, user, with_email),
        "is_bot": user.is_bot,
        "is_app_user": false,
        "updated": updated,
    }));
    // Slack leaves out what no longer matters of a deactivated account.
    if !user.deleted {
        user_object.extend(object(json!({
            "color": "4bbe2e",
            "real_name": user.real_name,
            "tz": user.tz,
            "tz_label": user.tz,
            "tz_offset": user.tz_offset,
            "is_admin": user.is_admin,
            "is_owner": user.is_owner,
            "is_primary_owner": false,
            "is_restricted": false,
            "is_ultra_restricted": false,
            "is_email_confirmed": user.email.is_some(),
            "who_can_share_contact_card": "EVERYONE",
        })));
    }
    Value::Object(user_object)
}

fn profile(app: &App, workspace: &Workspace, user: &User, with_email: bool) -> Map<String, Value> {
    let (first_name, last_name) = user.real_name.split_once(' ').unwrap_or((&user.real_name, ""));
    let mut profile = object(json!({
        "title": "",
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "first_name": first_name,
        "last_name": last_name,
        "fields": null,
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": "g0emulated00",
        "team": workspace.id,
    }));
    let picture = avatar(app, workspace, user);
    for size in PICTURE_SIZES {
        profile.insert(format!("image_{size}"), json!(picture));
    }
    if let Some(email) = user.email.as_ref().filter(|_| with_email) {
        profile.insert("email".to_owned(), json!(email));
    }
    if user.id == workspace.installation.bot_user {
        profile.insert("api_app_id".to_owned(), json!(app.id));
        profile.insert("bot_id".to_owned(), json!(workspace.installation.bot_id));
        profile.insert("always_active".to_owned(), json!(true));
    }
    profile
}

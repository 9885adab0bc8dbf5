//! `conversations.open`: a conversation with one person alone.
//! <https://docs.slack.dev/reference/methods/conversations.open>
//!
//! Slack opens conversations of up to nine, too; the emulator has none of those.

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::ids::UserId;
use crate::shape::object;
use crate::violation::ViolationKind;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let in_full = call.flag("return_im")?;
    let only_look = call.flag("prevent_creation")?;
    let partner = partner(call)?;
    let workspace = call.workspace();
    let id = workspace.conversation(call.user(), &partner);
    let was_open = workspace.opened.contains(&id);
    if only_look && !was_open {
        // The page does not say; that there is no such conversation is a guess.
        return Err(ApiError::channel_not_found());
    }
    let mut channel = object(json!({ "id": id }));
    if in_full {
        channel.extend(object(json!({
            "created": workspace.created,
            "is_im": true,
            "is_org_shared": false,
            "is_archived": false,
            "context_team_id": workspace.id,
            "user": partner,
        })));
    }
    let mut fields = object(json!({ "channel": channel }));
    if was_open {
        fields.extend(object(json!({ "no_op": true, "already_open": true })));
    }
    if let Some(workspace) = call.state.world.workspaces.get_mut(&call.team) {
        workspace.opened.insert(id);
    }
    Ok(fields)
}

/// With whom: they are named, or the conversation is.
fn partner(call: &Call<'_>) -> Result<UserId, ApiError> {
    let workspace = call.workspace();
    let (channel, users) = (call.text("channel")?, call.text("users")?);
    let user = match (channel, users) {
        (_, Some(users)) if users.contains(',') => {
            let why = "the emulator has no conversations of more than two";
            return Err(ApiError::invalid("users", why));
        }
        (_, Some(id)) => {
            workspace.users.get(id).ok_or_else(|| call.unknown("user_not_found", id))?
        }
        (Some(id), None) => workspace
            .partner(call.user(), id)
            .ok_or_else(|| call.unknown("channel_not_found", id))?,
        (None, None) => {
            let (kind, detail) = (ViolationKind::MissingArgument, "neither channel nor users");
            return Err(ApiError::breach("users_list_not_supplied", kind, detail));
        }
    };
    if user.deleted {
        return Err(ApiError::plain("user_disabled"));
    }
    Ok(user.id.clone())
}

//! `conversations.join`: the bot, or a person, enters a public channel.
//! <https://docs.slack.dev/reference/methods/conversations.join>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::rooms;
use crate::shape::{self, object};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let channel = call.channel()?;
    if channel.is_private {
        return Err(ApiError::plain("method_not_supported_for_channel_type"));
    }
    if channel.is_archived {
        return Err(ApiError::plain("is_archived"));
    }
    let id = channel.id.clone();
    if call.is_in(channel) {
        call.warnings.push("already_in_channel");
    } else {
        let (team, user) = (call.team.clone(), call.user().clone());
        rooms::enter(call.core, call.state, &team, &id, &user, None);
    }
    let workspace = call.workspace();
    let channel = workspace.channels.get(&id).expect("nothing came between");
    Ok(object(json!({ "channel": shape::channel(workspace, channel, call.user()) })))
}

//! `conversations.leave`: the bot, or a person, leaves a channel.
//! <https://docs.slack.dev/reference/methods/conversations.leave>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::rooms;
use crate::shape::object;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let channel = call.channel()?;
    if channel.is_archived {
        return Err(ApiError::plain("is_archived"));
    }
    if !call.is_in(channel) {
        return Ok(object(json!({ "not_in_channel": true })));
    }
    let id = channel.id.clone();
    let (team, user) = (call.team.clone(), call.user().clone());
    rooms::leave(call.core, call.state, &team, &id, &user);
    Ok(Fields::new())
}

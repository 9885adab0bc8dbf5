//! `chat.delete`: the bot takes back what it posted, or a person what they may delete in Slack.
//! <https://docs.slack.dev/reference/methods/chat.delete>

use serde_json::json;

use super::own::message_to_delete;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::changing;
use crate::shape::object;
use crate::world::Author;

const REFUSAL: &str = "cant_delete_message";

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let channel = call.channel()?;
    let message = message_to_delete(call, channel, REFUSAL)?;
    let has_chosen_name = matches!(message.draft.author, Author::Bot(Some(_)));
    if has_chosen_name && !call.state.switches.chosen_names_can_be_deleted {
        return Err(ApiError::plain(REFUSAL));
    }
    let (id, ts, team) = (channel.id.clone(), message.ts.clone(), call.team.clone());
    changing::delete(call.core, call.state, &team, &id, &ts);
    Ok(object(json!({ "channel": id, "ts": ts })))
}

//! `reactions.get`: a message with the reactions to it.
//! <https://docs.slack.dev/reference/methods/reactions.get>

use serde_json::{Value, json};

use super::item::item;
use crate::api::call::Call;
use crate::api::chat::get_permalink::permalink;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::{self, Reading, object};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let in_full = call.flag("full")?;
    let (channel, message) = item(call)?;
    let workspace = call.workspace();
    let mut shape =
        shape::message_in_history(call.app(), workspace, channel, message, Reading::Brief);
    if let Some(most) = call.state.switches.reaction_users.filter(|_| !in_full) {
        shape::shorten_reactions(&mut shape, most);
    }
    shape.insert("permalink".to_owned(), json!(permalink(workspace, channel, message)));
    let message = Value::Object(shape);
    Ok(object(json!({ "type": "message", "channel": channel.id, "message": message })))
}

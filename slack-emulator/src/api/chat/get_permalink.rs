//! `chat.getPermalink`: the address of a message.
//! <https://docs.slack.dev/reference/methods/chat.getPermalink>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::object;
use crate::world::{Channel, Message, Workspace};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let ts = call.required_text("message_ts")?;
    let channel = call.channel()?;
    let message = channel.message(ts).ok_or_else(|| call.unknown("message_not_found", ts))?;
    let permalink = permalink(call.workspace(), channel, message);
    Ok(object(json!({ "channel": channel.id, "permalink": permalink })))
}

pub(in crate::api) fn permalink(
    workspace: &Workspace,
    channel: &Channel,
    message: &Message,
) -> String {
    let (domain, id) = (workspace.domain(), &channel.id);
    let thread = message.draft.thread_ts.as_ref();
    let thread = thread.map(|root| format!("?thread_ts={root}&cid={id}")).unwrap_or_default();
    let place = message.ts.replace('.', "");
    format!("https://{domain}.slack.com/archives/{id}/p{place}{thread}")
}

//! `conversations.join`: the bot enters a public channel.
//! <https://docs.slack.dev/reference/methods/conversations.join>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::methods::Fields;
use crate::core::Change;
use crate::posting;
use crate::shape::{self, object};
use crate::world::{Author, Draft};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let channel = call.channel()?;
    if channel.is_private {
        return Err(ApiError::plain("method_not_supported_for_channel_type"));
    }
    if channel.is_archived {
        return Err(ApiError::plain("is_archived"));
    }
    let id = channel.id.clone();
    if call.workspace().bot_is_in(channel) {
        call.warnings.push("already_in_channel");
    } else {
        enter(call, &id);
    }
    let workspace = call.workspace();
    let channel = workspace.channels.get(&id).expect("nobody removes channels");
    Ok(object(json!({ "channel": shape::channel(workspace, channel) })))
}

/// Slack writes a line into the channel, which is a message like any other.
/// <https://docs.slack.dev/reference/events/message/channel_join>
fn enter(call: &mut Call<'_>, id: &crate::ids::ChannelId) {
    let team = call.team.clone();
    let bot = call.workspace().installation.bot_user.clone();
    if let Some(workspace) = call.state.world.workspaces.get_mut(&team)
        && let Some(channel) = workspace.channels.get_mut(id)
    {
        channel.members.insert(bot.clone());
    }
    call.core.tell(|| Change::Stage);
    let mut line = Draft::new(Author::Bot(None), format!("<@{bot}> has joined the channel"));
    line.is_join = true;
    posting::post(call.core, call.state, &team, id, line);
}

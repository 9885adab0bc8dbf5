//! `reactions.remove`: the bot, or a person, takes a reaction back.
//! <https://docs.slack.dev/reference/methods/reactions.remove>

use super::item::item_to_change;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::events::ReactionChange;
use crate::reacting::{self, Reacting};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let emoji = call.required_text("name")?;
    let (channel, message) = item_to_change(call)?;
    // An emoji that is gone from the workspace may still stand under messages.
    let error = if call.workspace().has_emoji(emoji) { "no_reaction" } else { "invalid_name" };
    let user = call.user().clone();
    let (id, ts, team) = (channel.id.clone(), message.ts.clone(), call.team.clone());
    let reacting = Reacting { team: &team, channel: &id, ts: &ts, user: &user, emoji };
    reacting::react(call.core, call.state, ReactionChange::Removed, &reacting)
        .map(|_| Fields::new())
        .ok_or_else(|| ApiError::plain(error))
}

//! `reactions.add`: the bot, or a person, reacts to a message.
//! <https://docs.slack.dev/reference/methods/reactions.add>

use super::item::item_to_change;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::events::ReactionChange;
use crate::ids::UserId;
use crate::reacting::{self, Reacting};
use crate::world::Reactions;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let emoji = call.required_text("name")?;
    let (channel, message) = item_to_change(call)?;
    // Which emoji a workspace has made for itself, an app cannot know for sure.
    if !call.workspace().has_emoji(emoji) {
        return Err(ApiError::plain("invalid_name"));
    }
    let user = call.user().clone();
    check_limits(call, &message.reactions, &user, emoji)?;
    let (id, ts, team) = (channel.id.clone(), message.ts.clone(), call.team.clone());
    let reacting = Reacting { team: &team, channel: &id, ts: &ts, user: &user, emoji };
    reacting::react(call.core, call.state, ReactionChange::Added, &reacting)
        .map(|_| Fields::new())
        .ok_or_else(|| ApiError::plain("already_reacted"))
}

/// The limits that Slack has but does not name.
fn check_limits(
    call: &Call<'_>,
    reactions: &Reactions,
    user: &UserId,
    emoji: &str,
) -> Result<(), ApiError> {
    let switches = &call.state.switches;
    let is_new = !reactions.has(emoji);
    if is_new && switches.emoji_per_message.is_some_and(|most| reactions.emoji() >= most) {
        return Err(ApiError::plain("too_many_emoji"));
    }
    let has_reacted = reactions.has_of(user, emoji);
    if !has_reacted && switches.emoji_per_user.is_some_and(|most| reactions.of(user) >= most) {
        return Err(ApiError::plain("too_many_reactions"));
    }
    Ok(())
}

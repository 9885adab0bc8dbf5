//! Whose a message is: a token changes only what the bot or the person it speaks for posted.

use super::check_membership;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::violation::ViolationKind;
use crate::world::{Author, Caller, Channel, Message};

/// The message that is named by the arguments `channel` and `ts`, if whoever calls posted it;
/// `refusal` is the error if somebody else did.
pub(super) fn own_message<'b>(
    call: &'b Call<'_>,
    channel: &'b Channel,
    refusal: &'static str,
) -> Result<&'b Message, ApiError> {
    let message = named_message(call, channel)?;
    let is_theirs = is_own(call, message);
    is_theirs.then_some(message).ok_or_else(|| not_theirs(channel, message, refusal))
}

/// The same, or with the token of one who manages the workspace anybody's message.
pub(super) fn message_to_delete<'b>(
    call: &'b Call<'_>,
    channel: &'b Channel,
    refusal: &'static str,
) -> Result<&'b Message, ApiError> {
    let message = named_message(call, channel)?;
    let user = call.person().and_then(|person| call.workspace().users.get(person));
    let manages = user.is_some_and(|user| user.is_admin) && !message.is_tombstone();
    let may = manages || is_own(call, message);
    may.then_some(message).ok_or_else(|| not_theirs(channel, message, refusal))
}

fn named_message<'b>(call: &'b Call<'_>, channel: &'b Channel) -> Result<&'b Message, ApiError> {
    let ts = call.required_text("ts")?;
    call.flag("as_user")?;
    check_membership(call, channel)?;
    call.message(channel, ts)
}

fn is_own(call: &Call<'_>, message: &Message) -> bool {
    let is_theirs = match (&call.caller, &message.draft.author) {
        (Caller::Bot, Author::Bot(_)) => true,
        (Caller::Person(person), Author::User(author)) => person == author,
        _ => false,
    };
    is_theirs && !message.is_line()
}

fn not_theirs(channel: &Channel, message: &Message, refusal: &'static str) -> ApiError {
    // What was their own may have become a tombstone.
    if message.is_tombstone() {
        return ApiError::plain(refusal);
    }
    let detail = format!("{} in {} is another's", message.ts, channel.id);
    ApiError::breach(refusal, ViolationKind::NotOwnMessage, detail)
}

//! The bot's own messages, which are all that it may change.

use super::check_membership;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::violation::ViolationKind;
use crate::world::{Author, Channel, Message};

/// The message that is named by the arguments `channel` and `ts`, if the bot posted it; `refusal` is
/// the error if somebody else did.
pub(super) fn own_message<'b>(
    call: &'b Call<'_>,
    channel: &'b Channel,
    refusal: &'static str,
) -> Result<&'b Message, ApiError> {
    let ts = call.required_text("ts")?;
    call.flag("as_user")?;
    check_membership(call, channel)?;
    let message = call.message(channel, ts)?;
    if matches!(message.draft.author, Author::Bot(_)) && !message.is_line() {
        return Ok(message);
    }
    // What was the bot's own may have become a tombstone.
    if message.is_tombstone() {
        return Err(ApiError::plain(refusal));
    }
    let detail = format!("{ts} in {} is not the bot's own", channel.id);
    Err(ApiError::breach(refusal, ViolationKind::NotOwnMessage, detail))
}

//! The message that a reaction belongs to: it is named by `channel` and `timestamp`.

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::ids::Ts;
use crate::violation::ViolationKind;
use crate::world::{Channel, Message};

/// The message, and the channel that it is in.
pub(super) fn item<'b>(call: &'b Call<'_>) -> Result<(&'b Channel, &'b Message), ApiError> {
    let (channel, timestamp) = (call.text("channel")?, call.text("timestamp")?);
    let (Some(_), Some(timestamp)) = (channel, timestamp) else {
        let detail = "channel and timestamp are needed";
        return Err(ApiError::breach("no_item_specified", ViolationKind::MissingArgument, detail));
    };
    if Ts::from(timestamp).micros().is_none() {
        let detail = format!("the timestamp is {timestamp}");
        return Err(ApiError::breach("bad_timestamp", ViolationKind::Unreadable, detail));
    }
    let channel = call.channel()?;
    // Not in the pages' tables of errors, but seen.
    if !call.is_in(channel) {
        return Err(ApiError::plain("not_in_channel"));
    }
    Ok((channel, call.message(channel, timestamp)?))
}

/// The same, in a channel where things still happen.
pub(super) fn item_to_change<'b>(
    call: &'b Call<'_>,
) -> Result<(&'b Channel, &'b Message), ApiError> {
    let (channel, message) = item(call)?;
    if channel.is_archived {
        return Err(ApiError::plain("is_archived"));
    }
    Ok((channel, message))
}

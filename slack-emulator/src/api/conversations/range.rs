//! What histories have in common: the range of time that is asked for, who may ask, and how much a
//! page shows.

use serde_json::Value;

use crate::api::call::{Call, Verb};
use crate::api::error::ApiError;
use crate::ids::Ts;
use crate::shape::{self, Reading};
use crate::violation::ViolationKind;
use crate::world::{Channel, Message};

/// From when to when, in microseconds since 1970.
pub(super) struct Range {
    oldest: u64,
    latest: u64,
    inclusive: bool,
}

impl Range {
    pub(super) fn asked(call: &Call<'_>) -> Result<Self, ApiError> {
        Ok(Self {
            oldest: bound(call, "oldest", "invalid_ts_oldest")?.unwrap_or(0),
            latest: bound(call, "latest", "invalid_ts_latest")?.unwrap_or(u64::MAX),
            inclusive: call.flag("inclusive")?,
        })
    }

    pub(super) fn holds(&self, ts: &Ts) -> bool {
        ts.micros().is_some_and(|at| {
            (self.oldest < at && at < self.latest)
                || (self.inclusive && (at == self.oldest || at == self.latest))
        })
    }
}

fn bound(
    call: &Call<'_>,
    name: &'static str,
    error: &'static str,
) -> Result<Option<u64>, ApiError> {
    let Some(text) = call.text(name)? else { return Ok(None) };
    let micros = Ts::bound(text).ok_or_else(|| {
        ApiError::breach(error, ViolationKind::Unreadable, format!("{name} is {text}"))
    })?;
    Ok(Some(micros))
}

/// The channel whose messages are asked for, if whoever calls may read them.
pub(super) fn readable_channel<'b>(call: &'b Call<'_>) -> Result<&'b Channel, ApiError> {
    let channel = call.channel()?;
    call.need_scope_for(channel, Verb::History)?;
    let is_open = call.person().is_some()
        && !channel.is_private
        && call.state.switches.people_read_public_channels;
    if !is_open && !call.is_in(channel) {
        return Err(ApiError::plain("not_in_channel"));
    }
    Ok(channel)
}

/// How much of the metadata is asked for.
/// <https://docs.slack.dev/messaging/message-metadata/>
pub(super) fn reading(call: &Call<'_>) -> Result<Reading, ApiError> {
    Ok(if call.flag("include_all_metadata")? { Reading::Full } else { Reading::Brief })
}

/// How many messages a page has, of those that are asked for.
pub(super) fn history_page(call: &Call<'_>, asked: usize) -> usize {
    call.state.switches.history_page.map_or(asked, |most| asked.min(most))
}

/// A message as histories show it.
pub(super) fn shown(
    call: &Call<'_>,
    channel: &Channel,
    message: &Message,
    reading: Reading,
) -> Value {
    let mut shape =
        shape::message_in_history(call.app(), call.workspace(), channel, message, reading);
    if let Some(most) = call.state.switches.reaction_users {
        shape::shorten_reactions(&mut shape, most);
    }
    Value::Object(shape)
}

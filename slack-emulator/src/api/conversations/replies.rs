//! `conversations.replies`: a thread, its root first and then the replies, oldest first.
//! <https://docs.slack.dev/reference/methods/conversations.replies>
//!
//! The range applies to the replies: the root heads the first page whatever the range.

use serde_json::json;

use super::range::{Range, history_page, readable_channel, reading, shown};
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::api::page;
use crate::shape::object;
use crate::violation::ViolationKind;
use crate::world::{Channel, Message};

const CURSOR: &str = "next_ts";
const MOST: usize = 1_000;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let ts = call.required_text("ts")?;
    let range = Range::asked(call)?;
    let reading = reading(call)?;
    let limit = history_page(call, page::limit(call, MOST, MOST)?);
    let first = page::cursor(call, CURSOR)?.unwrap_or_default();
    let channel = readable_channel(call)?;
    let thread = thread(channel, ts)?;
    let wanted = |message: &&&Message| {
        (message.ts == ts || range.holds(&message.ts)) && *message.ts >= *first
    };
    let mut rest = thread.iter().filter(wanted);
    let messages: Vec<_> =
        rest.by_ref().take(limit).map(|message| shown(call, channel, message, reading)).collect();
    let next = rest.next().map(|message| page::next_cursor(CURSOR, &message.ts));
    let mut fields = object(json!({ "messages": messages, "has_more": next.is_some() }));
    if let Some(next) = next {
        fields.insert("response_metadata".to_owned(), json!({ "next_cursor": next }));
    }
    Ok(fields)
}

/// The root and its replies; of a message without replies, or of a reply, that message alone.
fn thread<'a>(channel: &'a Channel, ts: &str) -> Result<Vec<&'a Message>, ApiError> {
    let message = channel.message(ts).ok_or_else(|| {
        if channel.had(ts) {
            return ApiError::plain("thread_not_found");
        }
        let detail = format!("there is no message {ts} in {}", channel.id);
        ApiError::breach("thread_not_found", ViolationKind::UnknownId, detail)
    })?;
    if message.is_line() {
        return Err(ApiError::plain("thread_not_found"));
    }
    let replies = message.replies.iter().filter_map(|ts| channel.message(ts));
    Ok(std::iter::once(message).chain(replies).collect())
}

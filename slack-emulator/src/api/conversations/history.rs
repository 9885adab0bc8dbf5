//! `conversations.history`: what is shown in a channel, newest first, without the replies.
//! <https://docs.slack.dev/reference/methods/conversations.history>

use serde_json::json;

use super::range::{Range, history_page, readable_channel, reading, shown};
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::api::page;
use crate::shape::object;
use crate::world::Message;

const CURSOR: &str = "next_ts";
const DEFAULT: usize = 100;
const MOST: usize = 999;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let range = Range::asked(call)?;
    let reading = reading(call)?;
    let limit = history_page(call, page::limit(call, DEFAULT, MOST)?);
    let newest = page::cursor(call, CURSOR)?;
    let channel = readable_channel(call)?;
    let wanted = |message: &&Message| {
        message.in_channel()
            && range.holds(&message.ts)
            && newest.as_ref().is_none_or(|newest| *message.ts <= **newest)
    };
    let mut rest = channel.messages().rev().filter(wanted);
    let messages: Vec<_> =
        rest.by_ref().take(limit).map(|message| shown(call, channel, message, reading)).collect();
    let next = rest.next().map(|message| page::next_cursor(CURSOR, &message.ts));
    let mut fields = object(json!({
        "messages": messages,
        "has_more": next.is_some(),
        "pin_count": 0,
        "channel_actions_ts": null,
        "channel_actions_count": 0,
    }));
    if let Some(next) = next {
        fields.insert("response_metadata".to_owned(), json!({ "next_cursor": next }));
    }
    Ok(fields)
}

//! `conversations.members`: who is in a channel.
//! <https://docs.slack.dev/reference/methods/conversations.members>

use serde_json::json;

use crate::api::call::{Call, Verb};
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::api::page;
use crate::shape::object;

const CURSOR: &str = "user";
const DEFAULT: usize = 100;
const MOST: usize = 1_000;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let limit = page::limit(call, DEFAULT, MOST)?;
    let first = page::cursor(call, CURSOR)?.unwrap_or_default();
    let channel = call.channel()?;
    call.need_scope_for(channel, Verb::Read)?;
    let mut rest = channel.members.iter().skip_while(|user| ***user < *first);
    let members: Vec<_> = rest.by_ref().take(limit).collect();
    let next = rest.next().map(|user| page::next_cursor(CURSOR, user));
    Ok(object(json!({
        "members": members,
        "response_metadata": { "next_cursor": next.unwrap_or_default() },
    })))
}

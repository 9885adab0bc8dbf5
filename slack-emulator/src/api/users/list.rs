//! `users.list`: everyone, a page at a time, or all at once if no limit is named.
//! <https://docs.slack.dev/reference/methods/users.list>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::api::page;
use crate::api::users::shown;
use crate::shape::object;
use crate::time::now_seconds;

const CURSOR: &str = "user";
const MOST: usize = 1_000;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let with_locale = call.flag("include_locale")?;
    call.text("team_id")?;
    let limit = page::limit(call, usize::MAX, MOST)?;
    let first = page::cursor(call, CURSOR)?.unwrap_or_default();
    let users = &call.workspace().users;
    let mut rest = users.values().skip_while(|user| *user.id < *first);
    let members: Vec<_> =
        rest.by_ref().take(limit).map(|user| shown(call, user, with_locale)).collect();
    let next = rest.next().map(|user| page::next_cursor(CURSOR, &user.id));
    Ok(object(json!({
        "members": members,
        "cache_ts": now_seconds(),
        "response_metadata": { "next_cursor": next.unwrap_or_default() },
    })))
}

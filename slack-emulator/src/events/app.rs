//! The events that tell the app of its own tokens. They need no scopes, and come to an app that has
//! none left.

use serde_json::{Map, Value, json};

use crate::ids::Ts;
use crate::shape::object;
use crate::world::Revoked;

/// People are told by their own ids, the bot by that of its user.
/// <https://docs.slack.dev/reference/events/tokens_revoked>
pub(crate) fn tokens_revoked(revoked: &Revoked, at: &Ts) -> Map<String, Value> {
    let mut tokens = Map::new();
    if !revoked.people.is_empty() {
        tokens.insert("oauth".to_owned(), json!(revoked.people));
    }
    if let Some(bot) = &revoked.bot {
        tokens.insert("bot".to_owned(), json!([bot]));
    }
    object(json!({ "type": "tokens_revoked", "tokens": tokens, "event_ts": at }))
}

/// <https://docs.slack.dev/reference/events/app_uninstalled>
pub(crate) fn uninstalled(at: &Ts) -> Map<String, Value> {
    object(json!({ "type": "app_uninstalled", "event_ts": at }))
}

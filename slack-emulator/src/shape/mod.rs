//! How the things of the world are written in JSON, the same in API answers and in events.

mod channel;
mod message;
mod team;
mod user;

pub(crate) use channel::channel;
pub(crate) use message::{Reading, message, message_in_history, other_app_ids, shorten_reactions};
pub(crate) use team::team;
pub(crate) use user::{avatar, user};

use serde_json::{Map, Value};

/// An object from `json!`, to add more to.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => unreachable!("only called with the literal of an object"),
    }
}

//! The events that tell of messages. <https://docs.slack.dev/reference/events/message/>

use serde_json::{Map, Value, json};

use crate::ids::Ts;
use crate::shape::{self, Reading, object};
use crate::switches::Switches;
use crate::world::{App, Channel, Message, Workspace};

/// How much events tell of a message's metadata.
pub(crate) fn reading(switches: &Switches) -> Reading {
    if switches.events_carry_metadata { Reading::Full } else { Reading::Bare }
}

/// A message was posted.
pub(crate) fn message_posted(
    app: &App,
    workspace: &Workspace,
    channel: &Channel,
    message: &Message,
    reading: Reading,
) -> Map<String, Value> {
    let mut event = shape::message(app, workspace, channel, message, reading);
    event.insert("channel".to_owned(), json!(channel.id));
    event.insert("channel_type".to_owned(), json!(channel.kind()));
    event.insert("event_ts".to_owned(), json!(message.ts));
    event
}

/// A message is not what it was, or is said to be so: this comes for edits, for previews of links,
/// and for less. <https://docs.slack.dev/reference/events/message/message_changed>
pub(crate) fn message_changed(
    channel: &Channel,
    at: &Ts,
    message: Map<String, Value>,
    previous: Map<String, Value>,
) -> Map<String, Value> {
    let mut event = hidden(channel, at, "message_changed");
    event.insert("message".to_owned(), Value::Object(message));
    event.insert("previous_message".to_owned(), Value::Object(previous));
    event
}

/// A message is gone. <https://docs.slack.dev/reference/events/message/message_deleted>
pub(crate) fn message_deleted(
    channel: &Channel,
    at: &Ts,
    deleted: &Ts,
    previous: Map<String, Value>,
) -> Map<String, Value> {
    let mut event = hidden(channel, at, "message_deleted");
    event.insert("deleted_ts".to_owned(), json!(deleted));
    event.insert("previous_message".to_owned(), Value::Object(previous));
    event
}

/// An event about a message that is no message to be shown.
fn hidden(channel: &Channel, at: &Ts, subtype: &str) -> Map<String, Value> {
    object(json!({
        "type": "message",
        "subtype": subtype,
        "hidden": true,
        "channel": channel.id,
        "channel_type": channel.kind(),
        "ts": at,
        "event_ts": at,
    }))
}

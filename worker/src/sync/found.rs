//! What histories show becomes events, as if Slack had sent them: the normal way does the rest. An event that
//! comes late all the same finds it done.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::ids::{BotId, EventId, SlackTs};
use shared::jobs::{fill_gap, route_event};
use shared::queue::{Lane, NewJob};

/// As much of a message as decides what is to be done about it.
#[derive(Deserialize)]
pub(crate) struct Head {
    pub(crate) ts: SlackTs,
    #[serde(default)]
    pub(crate) bot_id: Option<BotId>,
    #[serde(default)]
    pub(crate) latest_reply: Option<SlackTs>,
    #[serde(default)]
    subtype: Option<String>,
    #[serde(default)]
    edited: Option<Edited>,
    #[serde(default)]
    files: Vec<Value>,
}

#[derive(Deserialize)]
struct Edited {
    ts: SlackTs,
}

impl Head {
    /// What cannot be read is nothing that is copied.
    pub(crate) fn of(message: &Map<String, Value>) -> Option<Self> {
        Self::deserialize(message).ok()
    }

    /// What is left of a deleted message that was answered.
    pub(crate) fn is_tombstone(&self) -> bool {
        self.subtype.as_deref() == Some("tombstone")
    }

    pub(crate) fn has_files(&self) -> bool {
        !self.files.is_empty()
    }

    /// When it was edited last, at the latest (microseconds since 1970): Slack may cut that to whole seconds.
    pub(crate) fn edited_at(&self) -> Option<i64> {
        let at = self.edited.as_ref()?.ts.micros();
        Some(if at % 1_000_000 == 0 { at + 999_999 } else { at })
    }
}

/// The message was said.
pub(crate) fn said(
    gap: &fill_gap::Payload,
    ts: &SlackTs,
    mut message: Map<String, Value>,
) -> NewJob {
    message.insert("channel".to_owned(), json!(gap.channel));
    message.insert("event_ts".to_owned(), json!(ts));
    job(gap, ts, &format!("said-{ts}"), &Value::Object(message))
}

/// The message is now so, or only its tombstone is left.
pub(crate) fn changed(gap: &fill_gap::Payload, at: i64, message: &Map<String, Value>) -> NewJob {
    let (at, ts) = (SlackTs::at(at), &message["ts"]);
    let event = json!({
        "type": "message", "subtype": "message_changed", "channel": gap.channel, "ts": at, "event_ts": at,
        "message": message,
    });
    job(gap, &at, &format!("changed-{}-{at}", ts.as_str().unwrap_or_default()), &event)
}

/// The message is gone.
pub(crate) fn deleted(gap: &fill_gap::Payload, at: i64, ts: &SlackTs) -> NewJob {
    let at = SlackTs::at(at);
    let event = json!({
        "type": "message", "subtype": "message_deleted", "channel": gap.channel, "ts": at, "event_ts": at,
        "deleted_ts": ts,
    });
    job(gap, &at, &format!("deleted-{ts}"), &event)
}

fn job(gap: &fill_gap::Payload, at: &SlackTs, what: &str, event: &Value) -> NewJob {
    let id: EventId = format!("gap-{}-{what}", gap.channel)
        .parse()
        .expect("ids and time stamps are letters, digits and points, and short");
    let envelope = json!({"team_id": gap.team, "event_id": id, "event": event});
    let lane = Lane::source(&gap.team, &gap.channel);
    route_event::job(&gap.team, lane, &id, at, &envelope.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(message: Value) -> Option<Head> {
        let Value::Object(message) = message else { panic!("an object") };
        Head::of(&message)
    }

    #[test]
    fn an_edit_that_is_cut_to_its_second_was_made_by_the_end_of_it() {
        let edited = |ts: &str| {
            head(json!({"ts": "1.000001", "edited": {"ts": ts}})).and_then(|head| head.edited_at())
        };
        assert_eq!(edited("7.000000"), Some(7_999_999));
        assert_eq!(edited("7.000002"), Some(7_000_002));
        assert_eq!(head(json!({"ts": "1.000001"})).and_then(|head| head.edited_at()), None);
    }

    #[test]
    fn what_has_no_time_stamp_is_passed_over() {
        assert!(head(json!({"text": "who knows when"})).is_none());
    }
}

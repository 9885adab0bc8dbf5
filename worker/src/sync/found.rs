//! What histories show becomes events, as if Slack had sent them: the normal way does the rest. An event that
//! comes late all the same finds it done.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::ids::{BotId, EventId, SlackTs, UserId};
use shared::jobs::{fill_gap, route_event};
use shared::queue::{Lane, NewJob};
use uuid::Uuid;

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
    #[serde(default)]
    reactions: Vec<Reacted>,
}

/// An emoji on a message. Of many people some may be left out, but they are counted
/// (docs.slack.dev/reference/methods/reactions.get).
#[derive(Deserialize)]
struct Reacted {
    name: String,
    #[serde(default)]
    users: Vec<UserId>,
    #[serde(default)]
    count: usize,
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

    /// Who reacts how now, where that is not what is known: `true`, or no longer does.
    pub(crate) fn changed_reactions(
        &self,
        noted: &[(UserId, String)],
    ) -> Vec<(UserId, String, bool)> {
        let is_noted = |user: &UserId, emoji: &str| {
            noted.iter().any(|(who, what)| who == user && what == emoji)
        };
        let mut changed = Vec::new();
        for Reacted { name, users, .. } in &self.reactions {
            let new = users.iter().filter(|user| !is_noted(user, name));
            changed.extend(new.map(|user| (user.clone(), name.clone(), true)));
        }
        for (user, emoji) in noted {
            let shown = self.reactions.iter().find(|shown| shown.name == *emoji);
            let is_there = shown
                .is_some_and(|shown| shown.users.contains(user) || shown.users.len() < shown.count);
            if !is_there {
                changed.push((user.clone(), emoji.clone(), false));
            }
        }
        changed
    }

    pub(crate) fn has_reactions(&self) -> bool {
        !self.reactions.is_empty()
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

/// Somebody reacts to the message now, or does not any more.
pub(crate) fn reacted(
    gap: &fill_gap::Payload,
    at: i64,
    ts: &SlackTs,
    (user, emoji, is_present): &(UserId, String, bool),
) -> NewJob {
    let at = SlackTs::at(at);
    let kind = if *is_present { "reaction_added" } else { "reaction_removed" };
    let item = json!({"type": "message", "channel": gap.channel, "ts": ts});
    let event =
        json!({"type": kind, "user": user, "reaction": emoji, "item": item, "event_ts": at});
    let what = format!("{kind}:{user}:{emoji}:{at}");
    let name = Uuid::new_v5(&Uuid::NAMESPACE_OID, what.as_bytes()).simple().to_string();
    job(gap, &at, &format!("{ts}-{}", &name[..16]), &event)
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
    fn what_people_react_is_compared_and_nobody_is_missed_who_is_merely_not_named() {
        let head = head(json!({"ts": "1.000001", "reactions": [
            {"name": "tada", "users": ["U1", "U2"], "count": 2}, {"name": "eyes", "users": ["U1"], "count": 9},
        ]}))
        .expect("a message");
        let one = |user: &str, emoji: &str| (user.parse().expect("an id"), emoji.to_owned());
        let noted = [one("U1", "tada"), one("U3", "tada"), one("U3", "eyes"), one("U3", "wave")];
        let changed: Vec<_> = head.changed_reactions(&noted);
        let expected = [
            ("U2", "tada", true),
            ("U1", "eyes", true),
            ("U3", "tada", false),
            ("U3", "wave", false),
        ];
        let expected = expected.map(|(user, emoji, is_present)| {
            let (user, emoji) = one(user, emoji);
            (user, emoji, is_present)
        });
        assert_eq!(changed, expected);
    }

    #[test]
    fn what_has_no_time_stamp_is_passed_over() {
        assert!(head(json!({"text": "who knows when"})).is_none());
    }
}

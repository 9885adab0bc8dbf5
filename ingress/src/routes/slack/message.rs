//! `message` events: what is said, changed and removed in a channel (docs.slack.dev/reference/events/message).

use serde::Deserialize;
use shared::ids::{ChannelId, SlackTs};
use shared::jobs::route_event;
use shared::slack::events::Envelope;

use super::decision::Decision;
use crate::refusal::Refusal;

/// Just enough to name the lane, and to know our own messages again.
#[derive(Deserialize)]
struct MessageHead {
    channel: ChannelId,
    event_ts: SlackTs,
    #[serde(default)]
    subtype: Option<String>,
    /// Compared, and nothing else: whatever it is.
    #[serde(default)]
    app_id: Option<String>,
    /// The message as it is now, in a `message_changed`.
    #[serde(default)]
    message: Option<ChangedHead>,
}

#[derive(Deserialize)]
struct ChangedHead {
    #[serde(default)]
    app_id: Option<String>,
}

pub(super) fn decide(envelope: &str) -> Result<Decision, Refusal> {
    let head: Envelope<MessageHead> = serde_json::from_str(envelope)
        .map_err(|_| Refusal::Malformed("the message event lacks an id that every one has"))?;
    if is_own(&head) {
        return Ok(Decision::Own);
    }
    let event = &head.event;
    Ok(Decision::Store(route_event::job(
        &head.team_id,
        head.lane(&event.channel),
        &head.event_id,
        &event.event_ts,
        envelope,
    )))
}

/// Copies that we made, or changed, come back as events: they must not be copied again. Removals go on,
/// whoever's message it was: a person may have removed a copy. Our file shares go on too: they alone
/// tell the ts of the message.
fn is_own(head: &Envelope<MessageHead>) -> bool {
    let event = &head.event;
    let author = match event.subtype.as_deref() {
        Some("message_deleted" | "file_share") => return false,
        Some("message_changed") => {
            event.message.as_ref().and_then(|message| message.app_id.as_ref())
        }
        _ => event.app_id.as_ref(),
    };
    author.map(String::as_str) == Some(head.api_app_id.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn decision(event: &Value) -> Result<Decision, Refusal> {
        let mut event = event.clone();
        event["type"] = json!("message");
        event["channel"] = json!("C1");
        event["event_ts"] = json!("1700000000.000100");
        let envelope =
            json!({"team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event": event});
        decide(&envelope.to_string())
    }

    #[test]
    fn a_message_goes_to_its_channels_lane_by_its_event_time() {
        let Ok(Decision::Store(job)) =
            decision(&json!({"ts": "1700000000.000100", "text": "hello"}))
        else {
            panic!("stored")
        };
        assert_eq!(job.lane.as_str(), "src:T1:C1");
        assert_eq!(job.order, shared::queue::Order::At(1_700_000_000_000_100));
        assert_eq!(job.dedup_key.as_deref(), Some("event:T1:Ev1"));
        assert!(job.payload.contains("hello"));
    }

    #[test]
    fn own_creates_and_edits_are_dropped_while_own_removals_and_file_shares_go_on() {
        for (event, is_own) in [
            (json!({"app_id": "A1", "subtype": "bot_message"}), true),
            (json!({"app_id": "A1"}), true),
            (json!({"app_id": "A2"}), false),
            (json!({"app_id": ""}), false),
            (json!({"subtype": "message_changed", "message": {"app_id": "A1"}}), true),
            (json!({"subtype": "message_changed", "message": {"user": "U1"}}), false),
            (json!({"subtype": "message_deleted", "previous_message": {"app_id": "A1"}}), false),
            (json!({"subtype": "file_share", "app_id": "A1"}), false),
        ] {
            assert_eq!(matches!(decision(&event), Ok(Decision::Own)), is_own, "{event}");
        }
    }

    #[test]
    fn an_envelope_without_ids_is_refused() {
        for envelope in [
            "{}",
            r#"{"team_id":"T1","api_app_id":"A1","event_id":"Ev1","event":{"channel":"C1"}}"#,
        ] {
            assert!(matches!(decide(envelope), Err(Refusal::Malformed(_))), "{envelope}");
        }
    }
}

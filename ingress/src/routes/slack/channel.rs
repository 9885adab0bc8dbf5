//! Events about channels as such: archived, deleted, under another id, and who joins them.

use shared::jobs::channel_event;
use shared::slack::channel_events::ChannelEvent;
use shared::slack::events::Envelope;

use super::decision::Decision;
use crate::refusal::Refusal;

pub(super) fn decide(envelope: &str) -> Result<Decision, Refusal> {
    let read: Envelope<ChannelEvent> = serde_json::from_str(envelope)
        .map_err(|_| Refusal::Malformed("the channel event lacks what every one has"))?;
    let event = &read.event;
    Ok(Decision::Store(channel_event::job(
        &read.team_id,
        read.lane(event.channel()),
        &read.event_id,
        event.event_ts(),
        envelope,
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn decision(event: &Value) -> Result<Decision, Refusal> {
        let envelope =
            json!({"team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event": event});
        decide(&envelope.to_string())
    }

    #[test]
    fn each_type_is_read_and_goes_to_the_lane_of_its_channel() {
        for kind in ChannelEvent::TYPES {
            let mut event = json!({"type": kind, "channel": "C1", "old_channel_id": "C1", "new_channel_id": "C2",
                               "user": "U1", "event_ts": "1700000000.000100"});
            if kind.ends_with("_rename") {
                event["channel"] = json!({"id": "C1", "name": "new"});
            }
            let Ok(Decision::Store(job)) = decision(&event) else { panic!("{kind} is stored") };
            let lane = if kind == "channel_id_changed" { "src:T1:C2" } else { "src:T1:C1" };
            assert_eq!(job.lane.as_str(), lane, "{kind}");
            assert_eq!(job.order, shared::queue::Order::At(1_700_000_000_000_100), "{kind}");
        }
    }

    #[test]
    fn one_that_does_not_say_which_channel_is_refused() {
        let event = json!({"type": "channel_archive", "event_ts": "1700000000.000100"});
        assert!(matches!(decision(&event), Err(Refusal::Malformed(_))));
    }
}

//! `reaction_added` and `reaction_removed` (`docs.slack.dev/reference/events/reaction_added`).

use serde::Deserialize;
use shared::ids::{ChannelId, SlackTs};
use shared::jobs::route_event;
use shared::slack::events::Envelope;

use super::decision::Decision;
use crate::refusal::Refusal;

/// Just enough to name the lane.
#[derive(Deserialize)]
struct ReactionHead {
    item: ItemHead,
    event_ts: SlackTs,
}

/// Files have no channel.
#[derive(Deserialize)]
struct ItemHead {
    #[serde(default)]
    channel: Option<ChannelId>,
}

pub(super) fn decide(envelope: &str) -> Result<Decision, Refusal> {
    let head: Envelope<ReactionHead> = serde_json::from_str(envelope)
        .map_err(|_| Refusal::Malformed("the reaction event lacks an id that every one has"))?;
    let Some(channel) = &head.event.item.channel else { return Ok(Decision::Ignore) };
    Ok(Decision::Store(route_event::job(
        &head.team_id,
        head.lane(channel),
        &head.event_id,
        &head.event.event_ts,
        envelope,
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn decision(item: &Value) -> Result<Decision, Refusal> {
        let event = json!({"type": "reaction_added", "user": "U1", "reaction": "tada", "item": item, "event_ts": "1700000000.000100"});
        let envelope =
            json!({"team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event": event});
        decide(&envelope.to_string())
    }

    #[test]
    fn a_reaction_goes_to_the_lane_of_its_message() {
        let item = json!({"type": "message", "channel": "C1", "ts": "1600000000.000100"});
        let Ok(Decision::Store(job)) = decision(&item) else { panic!("stored") };
        assert_eq!(job.lane.as_str(), "src:T1:C1");
        assert_eq!(job.order, shared::queue::Order::At(1_700_000_000_000_100));
    }

    #[test]
    fn what_is_no_reaction_to_a_message_is_ignored_or_refused() {
        assert!(matches!(decision(&json!({"type": "file", "file": "F1"})), Ok(Decision::Ignore)));
        assert!(matches!(decision(&json!("C1")), Err(Refusal::Malformed(_))));
    }
}

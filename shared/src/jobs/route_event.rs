//! Route one event of a source channel to its targets. Carries what Slack sent, as it was sent.

use crate::ids::{EventId, SlackTs, TeamId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "route_event";

/// The job for one event, in the lane of its channel; `envelope` is the whole body of Slack's request.
pub fn job(
    team: &TeamId,
    lane: Lane,
    event: &EventId,
    event_ts: &SlackTs,
    envelope: &str,
) -> NewJob {
    NewJob {
        lane,
        order: Order::At(event_ts.micros()),
        priority: Priority::Normal,
        kind: NAME,
        payload: envelope.to_owned(),
        dedup_key: Some(dedup_key(team, event)),
        coalesce_key: None,
    }
}

/// The same on each retry of Slack (docs.slack.dev/apis/events-api).
pub(super) fn dedup_key(team: &TeamId, event: &EventId) -> String {
    format!("event:{team}:{event}")
}

//! Note what became of the app in a workspace, or of tokens. Carries what Slack sent, as it was sent.

use crate::ids::{EventId, TeamId};
use crate::queue::{Lane, NewJob, Order, Priority};

use super::route_event;

/// The stable name.
pub const NAME: &str = "workspace_event";

/// The job for one event, which happened at that time (seconds since 1970); `envelope` is the whole body of
/// Slack's request.
pub fn job(team: &TeamId, event: &EventId, event_time: i64, envelope: &str) -> NewJob {
    NewJob {
        lane: Lane::team(team),
        order: Order::At(event_time),
        priority: Priority::Normal,
        kind: NAME,
        payload: envelope.to_owned(),
        dedup_key: Some(route_event::dedup_key(team, event)),
        coalesce_key: None,
    }
}

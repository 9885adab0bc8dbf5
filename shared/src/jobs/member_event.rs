//! Note that somebody joined a workspace, or presents themselves otherwise. Carries what Slack sent, as it was
//! sent.

use crate::ids::{EventId, SlackTs, TeamId};
use crate::queue::{Lane, NewJob, Order, Priority};

use super::route_event;

/// The stable name.
pub const NAME: &str = "member_event";

/// The job for one event; `envelope` is the whole body of Slack's request.
pub fn job(team: &TeamId, event: &EventId, event_ts: &SlackTs, envelope: &str) -> NewJob {
    NewJob {
        lane: Lane::directory(team),
        order: Order::At(event_ts.micros()),
        priority: Priority::Maintenance,
        kind: NAME,
        payload: envelope.to_owned(),
        dedup_key: Some(route_event::dedup_key(team, event)),
        coalesce_key: None,
    }
}

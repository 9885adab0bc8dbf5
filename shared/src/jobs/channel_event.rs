//! Note what happened to a channel as such. Carries what Slack sent, as it was sent.

use crate::ids::{EventId, SlackTs, TeamId};
use crate::queue::{Lane, NewJob};

use super::route_event;

/// The stable name.
pub const NAME: &str = "channel_event";

/// The job for one event, in its place among what is said in the channel.
pub fn job(
    team: &TeamId,
    lane: Lane,
    event: &EventId,
    event_ts: &SlackTs,
    envelope: &str,
) -> NewJob {
    NewJob { kind: NAME, ..route_event::job(team, lane, event, event_ts, envelope) }
}

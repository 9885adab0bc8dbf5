//! Note what happened to a channel as such. Carries what Slack sent, as it was sent.

use crate::ids::{ChannelId, EventId, SlackTs, TeamId};
use crate::queue::NewJob;

use super::route_event;

/// The stable name.
pub const NAME: &str = "channel_event";

/// The job for one event, in its place among what is said in the channel.
pub fn job(
    team: &TeamId,
    channel: &ChannelId,
    event: &EventId,
    event_ts: &SlackTs,
    envelope: &str,
) -> NewJob {
    NewJob { kind: NAME, ..route_event::job(team, channel, event, event_ts, envelope) }
}

//! Say goodbye in a channel that is in no sync, and leave it.

use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, EventId, TeamId, WorkspaceId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "leave_channel";

/// What to leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Whose channel.
    pub workspace: WorkspaceId,
    /// That workspace's Slack id.
    pub team: TeamId,
    /// Which.
    pub channel: ChannelId,
}

/// The job that follows from an invitation.
pub fn job(payload: &Payload, event: &EventId) -> NewJob {
    NewJob {
        lane: Lane::target(&payload.team, &payload.channel),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(payload).expect("it is plain data"),
        dedup_key: Some(format!("leave:{}:{event}", payload.team)),
        coalesce_key: None,
    }
}

/// What a job's payload says.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

//! Bring what became of messages while a sync channel was paused, in both directions. Carries the channel and
//! when its pause began; what is behind is read when it runs.

use serde::{Deserialize, Serialize};

use crate::ids::{SyncChannelId, TeamId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "resume_channel";

/// A pause that is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// What was paused.
    pub channel: SyncChannelId,
    /// When the pause began (microseconds since 1970).
    pub since: i64,
}

/// The job for one pause.
pub fn job(team: &TeamId, channel: &SyncChannelId, since: i64) -> NewJob {
    let payload = Payload { channel: channel.clone(), since };
    NewJob {
        lane: Lane::admin(team),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("ids are plain text"),
        dedup_key: None,
        // One that waits looks further back than a later pause began.
        coalesce_key: Some(format!("resume:{channel}")),
    }
}

/// The pause that the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

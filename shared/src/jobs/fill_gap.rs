//! Read again what was said in a channel during a gap. How far that is done stands in `gaps`.

use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, TeamId, WorkspaceId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "fill_gap";

/// A gap of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its Slack id.
    pub team: TeamId,
    /// The channel.
    pub channel: ChannelId,
    /// When the gap began (microseconds since 1970).
    pub from: i64,
    /// When it was over.
    pub until: i64,
}

/// The job for one gap.
pub fn job(gap: &Payload) -> NewJob {
    NewJob {
        lane: Lane::gap(&gap.team, &gap.channel),
        order: Order::At(gap.from),
        priority: Priority::Maintenance,
        kind: NAME,
        payload: serde_json::to_string(gap).expect("ids are plain text"),
        dedup_key: None,
        coalesce_key: None,
    }
}

/// What is found in a gap waits for this: that everything in it is found.
pub fn wait_key(gap: &Payload) -> String {
    let Payload { team, channel, from, until, .. } = gap;
    format!("gap:{team}:{channel}:{from}:{until}")
}

/// The gap that the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

//! Share the files of a message in one target channel. Carries an id; the truth is read when it runs.

use serde::{Deserialize, Serialize};

use crate::ids::CopyId;
use crate::queue::{Lane, NewJob, Order, Priority};
use crate::tables::sync_channels::Target;

/// The stable name.
pub const NAME: &str = "deliver_files";

/// What the job is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The copy.
    pub copy: CopyId,
    /// In a lane of its own, where nothing waits behind it.
    pub is_apart: bool,
}

/// The job for one copy, in its place among the channel's messages.
pub fn job(copy: &CopyId, target: &Target) -> NewJob {
    let lane = Lane::target(&target.team_id, &target.channel_id);
    in_lane(lane, copy, false, format!("files:{copy}"))
}

/// The job for one copy that is not quick.
pub fn job_apart(copy: &CopyId, target: &Target) -> NewJob {
    let lane = Lane::files(&target.team_id, &target.channel_id, copy);
    in_lane(lane, copy, true, format!("files-apart:{copy}"))
}

/// The keys by which the jobs of a copy are known.
pub fn dedup_keys(copy: &CopyId) -> [String; 2] {
    [format!("files:{copy}"), format!("files-apart:{copy}")]
}

fn in_lane(lane: Lane, copy: &CopyId, is_apart: bool, dedup_key: String) -> NewJob {
    let payload = Payload { copy: copy.clone(), is_apart };
    NewJob {
        lane,
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("it is plain data"),
        dedup_key: Some(dedup_key),
        coalesce_key: None,
    }
}

/// What a job's payload says.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

//! Make one copy of a message in one target channel. Carries an id; the truth is read when it runs.

use crate::ids::{CopyId, InvalidId};
use crate::queue::{Lane, NewJob, Order, Priority};
use crate::tables::sync_channels::Target;

/// The stable name.
pub const NAME: &str = "deliver_copy";

/// The job for one copy.
pub fn job(copy: &CopyId, target: &Target) -> NewJob {
    NewJob {
        lane: Lane::target(&target.team_id, &target.channel_id),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: copy.to_string(),
        dedup_key: Some(dedup_key(copy)),
        coalesce_key: None,
    }
}

/// The key by which the job of a copy is known.
pub fn dedup_key(copy: &CopyId) -> String {
    format!("copy:{copy}")
}

/// What jobs wait for that need the copy to be there.
pub fn wait_key(copy: &CopyId) -> String {
    format!("copy:{copy}")
}

/// The copy that the job is about.
pub fn payload(text: &str) -> Result<CopyId, InvalidId> {
    text.parse()
}

//! Bring a copy that is there to what its message is now: edited, or deleted. Carries an id; the truth is
//! read when it runs, so one run does for all changes until then.

use crate::ids::{CopyId, InvalidId};
use crate::queue::{Lane, NewJob, Order, Priority};
use crate::tables::changes::Follower;

/// The stable name.
pub const NAME: &str = "refresh_copy";

/// The job for one copy.
pub fn job(follower: &Follower) -> NewJob {
    let (copy, target) = (&follower.copy, &follower.target);
    NewJob {
        lane: Lane::changes(&target.team_id, &target.channel_id, copy),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: copy.to_string(),
        dedup_key: None,
        coalesce_key: Some(format!("refresh:{copy}")),
    }
}

/// The copy that the job is about.
pub fn payload(text: &str) -> Result<CopyId, InvalidId> {
    text.parse()
}

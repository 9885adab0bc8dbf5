//! Tell the admins of both workspaces what was given up since yesterday. Scheduled; it carries nothing.

use crate::queue::NewJob;

/// The stable name.
pub const NAME: &str = "daily_digest";

/// The job of one tick, which began at `at` (queue time).
pub fn job(at: i64) -> NewJob {
    super::of_tick(NAME, at)
}

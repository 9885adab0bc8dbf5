//! Have the directories read that were not for a day. Scheduled; it carries nothing.

use crate::queue::NewJob;

/// The stable name.
pub const NAME: &str = "directory_care";

/// The job of one tick, which began at `at` (queue time).
pub fn job(at: i64) -> NewJob {
    super::of_tick(NAME, at)
}

//! Remove what ended long ago from the queue's own tables. Scheduled; it carries nothing.

use crate::queue::NewJob;

/// The stable name.
pub const NAME: &str = "queue_care";

/// The job of one tick, which began at `at` (queue time).
pub fn job(at: i64) -> NewJob {
    super::of_tick(NAME, at)
}

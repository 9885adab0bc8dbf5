//! Have the tokens renewed that end soon. Scheduled; it carries nothing.

use crate::queue::NewJob;

/// The stable name.
pub const NAME: &str = "token_care";

/// The job of one tick, which began at `at` (queue time).
pub fn job(at: i64) -> NewJob {
    super::of_tick(NAME, at)
}

//! Remove what ended long ago from the queue's own tables. Scheduled; it carries nothing.

use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "queue_care";

/// The job of one tick, which began at `at` (queue time).
pub fn job(at: i64) -> NewJob {
    NewJob {
        lane: Lane::maintenance(),
        order: Order::At(at),
        priority: Priority::Maintenance,
        kind: NAME,
        payload: String::new(),
        // The schedule gives it the one of its tick.
        dedup_key: None,
        // One that waits, because there was no time for it so far, does the work of both.
        coalesce_key: Some(NAME.to_owned()),
    }
}

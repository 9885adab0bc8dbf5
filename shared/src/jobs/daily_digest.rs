//! Tell the admins of both workspaces what was given up since yesterday. Scheduled; it carries nothing.

use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "daily_digest";

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
        coalesce_key: Some(NAME.to_owned()),
    }
}

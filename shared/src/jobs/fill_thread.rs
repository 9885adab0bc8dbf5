//! Read again one thread of a channel with a gap.

use serde::{Deserialize, Serialize};

use super::fill_gap;
use crate::ids::SlackTs;
use crate::queue::{NewJob, Order};

/// The stable name.
pub const NAME: &str = "fill_thread";

/// A thread, and the gap in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The gap.
    pub gap: fill_gap::Payload,
    /// The first message of the thread; it need not have replies.
    pub root: SlackTs,
}

/// The job for one thread, in the lane of its gap.
pub fn job(gap: &fill_gap::Payload, root: &SlackTs) -> NewJob {
    let payload = Payload { gap: gap.clone(), root: root.clone() };
    NewJob {
        order: Order::At(root.micros()),
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("ids are plain text"),
        dedup_key: Some(format!("{}:{root}", fill_gap::wait_key(gap))),
        ..fill_gap::job(gap)
    }
}

/// The thread that the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

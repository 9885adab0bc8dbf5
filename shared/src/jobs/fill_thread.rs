//! Read again one thread of a channel with a gap, a page a job.

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
    /// What is no later than this was read again; `None`: nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<SlackTs>,
}

/// The job for one thread, in the lane of its gap.
pub fn job(gap: &fill_gap::Payload, root: &SlackTs) -> NewJob {
    of(&Payload { gap: gap.clone(), root: root.clone(), after: None })
}

/// The job for what comes after.
pub fn next(page: &Payload, after: SlackTs) -> NewJob {
    of(&Payload { after: Some(after), ..page.clone() })
}

fn of(page: &Payload) -> NewJob {
    let after = page.after.as_ref().map_or("", SlackTs::as_str);
    NewJob {
        order: Order::At(page.root.micros()),
        kind: NAME,
        payload: serde_json::to_string(page).expect("ids are plain text"),
        dedup_key: Some(format!("{}:{}:{after}", fill_gap::wait_key(&page.gap), page.root)),
        ..fill_gap::job(&page.gap)
    }
}

/// The thread that the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

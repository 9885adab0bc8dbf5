//! Exchange what a browser brought from Slack for tokens. Carries the code as a letter, which only workers open.

use serde::{Deserialize, Serialize};

use crate::ids::InstallAttemptId;
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "exchange_code";

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Whose.
    pub attempt: InstallAttemptId,
    /// The code, in a letter about [`matter`].
    pub letter: String,
    /// As Slack's page was told.
    pub redirect_uri: String,
}

/// What the letter with an attempt's code is about.
pub fn matter(attempt: &InstallAttemptId) -> String {
    format!("{NAME}:{attempt}")
}

/// The job for one attempt.
pub fn job(payload: &Payload) -> NewJob {
    NewJob {
        lane: Lane::install(&payload.attempt),
        order: Order::Arrival,
        priority: Priority::Interactive,
        kind: NAME,
        payload: serde_json::to_string(payload).expect("it is plain text"),
        dedup_key: Some(matter(&payload.attempt)),
        coalesce_key: None,
    }
}

/// What the job carries.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

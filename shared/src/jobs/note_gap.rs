//! Note for each channel of a workspace that Slack may have kept something to itself. Carries the minute.

use serde::{Deserialize, Serialize};

use crate::ids::TeamId;
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "note_gap";

/// A minute of which Slack did not send every event
/// (`docs.slack.dev/reference/events/app_rate_limited`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The workspace.
    pub team: TeamId,
    /// When the minute began (seconds since 1970).
    pub minute: u32,
}

/// The job for one minute of a workspace.
pub fn job(team: &TeamId, minute: u32) -> NewJob {
    let payload = Payload { team: team.clone(), minute };
    NewJob {
        lane: Lane::team(team),
        order: Order::At(i64::from(minute)),
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("ids are plain text"),
        dedup_key: Some(format!("limited:{team}:{minute}")),
        coalesce_key: None,
    }
}

/// The minute that the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

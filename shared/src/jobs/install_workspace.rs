//! Store what a workspace granted. Carries ids; what was granted is read, sealed, from the attempt.

use serde::{Deserialize, Serialize};

use crate::ids::{InstallAttemptId, TeamId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "install_workspace";

/// One attempt that Slack has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Whose.
    pub attempt: InstallAttemptId,
    /// The workspace.
    pub team: TeamId,
    /// Slack has refused the token once: another one that took its place may be stored by now.
    #[serde(default)]
    pub is_second_look: bool,
}

/// The job for one attempt, which Slack answered at that time (seconds since 1970). Whatever becomes of the app in
/// a workspace is stored in one lane, in the order of time.
pub fn job(payload: &Payload, at: i64) -> NewJob {
    NewJob {
        lane: Lane::team(&payload.team),
        order: Order::At(at),
        priority: Priority::Interactive,
        kind: NAME,
        payload: serde_json::to_string(payload).expect("ids are plain text"),
        dedup_key: Some(format!("{NAME}:{}:{}", payload.attempt, payload.is_second_look)),
        coalesce_key: None,
    }
}

/// What the job carries.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

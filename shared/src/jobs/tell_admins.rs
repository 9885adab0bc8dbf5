//! Tell everybody who manages a workspace something, each by a direct message.

use serde::{Deserialize, Serialize};

use crate::ids::{TeamId, WorkspaceId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "tell_admins";

/// What is said in which workspace.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Whose workspace.
    pub workspace: WorkspaceId,
    /// That workspace's Slack id.
    pub team: TeamId,
    /// What it is about: nobody is told of it twice.
    pub occasion: String,
    /// In Slack's mrkdwn.
    pub text: String,
}

impl std::fmt::Debug for Payload {
    /// It names workspaces.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payload({} {})", self.team, self.occasion)
    }
}

/// The job for one occasion in one workspace.
pub fn job(told: &Payload) -> NewJob {
    NewJob {
        lane: Lane::notices_to_admins(&told.team),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(told).expect("it is plain data"),
        dedup_key: Some(format!("tell_admins:{}:{}", told.team, told.occasion)),
        coalesce_key: None,
    }
}

/// What a job's payload says.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

//! Let a workspace go on where it stopped, which has installed the app again. Carries ids; what is paused is read
//! when it runs.

use serde::{Deserialize, Serialize};

use crate::ids::{TeamId, WorkspaceId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "restore_workspace";

/// The workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Our id.
    pub workspace: WorkspaceId,
    /// Slack's id.
    pub team: TeamId,
}

/// The job for one installation.
pub fn job(workspace: &WorkspaceId, team: &TeamId) -> NewJob {
    let payload = Payload { workspace: workspace.clone(), team: team.clone() };
    NewJob {
        lane: Lane::admin(team),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("ids are plain text"),
        dedup_key: None,
        coalesce_key: Some(format!("{NAME}:{team}")),
    }
}

/// The workspace that the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

//! Read who is in a workspace, a page a job.

use serde::{Deserialize, Serialize};

use crate::ids::{TeamId, WorkspaceId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "read_directory";

/// A page of a workspace's directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// That workspace's Slack id.
    pub team: TeamId,
    /// Where the page begins; `None`: it is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

/// Where a page begins that is not the first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// When the first was read (microseconds since 1970).
    pub began_at: i64,
    /// What Slack called the place.
    pub cursor: String,
}

/// The job for a whole directory, from its first page on. One that waits will do.
pub fn job(workspace: &WorkspaceId, team: &TeamId) -> NewJob {
    let payload = Payload { workspace: workspace.clone(), team: team.clone(), next: None };
    NewJob { coalesce_key: Some(format!("{NAME}:{team}")), ..of(&payload) }
}

/// The job for the page after this one.
pub fn next(page: &Payload, next: Next) -> NewJob {
    of(&Payload { next: Some(next), ..page.clone() })
}

fn of(page: &Payload) -> NewJob {
    NewJob {
        lane: Lane::directory(&page.team),
        order: Order::Arrival,
        priority: Priority::Maintenance,
        kind: NAME,
        payload: serde_json::to_string(page).expect("ids are plain text"),
        dedup_key: None,
        coalesce_key: None,
    }
}

/// The page that the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

//! Tell one person something, by a direct message of our bot.

use serde::{Deserialize, Serialize};

use crate::ids::{TeamId, UserId, WorkspaceId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "notice";

/// What is said to whom.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Whose workspace.
    pub workspace: WorkspaceId,
    /// That workspace's Slack id.
    pub team: TeamId,
    /// Who.
    pub user: UserId,
    /// In Slack's mrkdwn.
    pub text: String,
}

impl std::fmt::Debug for Notice {
    /// It quotes names of files and channels.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Notice({} {})", self.team, self.user)
    }
}

/// The job for one notice. Each `occasion` is told of once.
pub fn job(notice: &Notice, occasion: &str) -> NewJob {
    NewJob {
        lane: Lane::notices(&notice.team, &notice.user),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(notice).expect("it is plain data"),
        dedup_key: Some(format!("notice:{occasion}")),
        coalesce_key: None,
    }
}

/// What a job's payload says.
pub fn payload(text: &str) -> Result<Notice, serde_json::Error> {
    serde_json::from_str(text)
}

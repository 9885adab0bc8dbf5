//! Renew a token that ends soon. Carries ids; what it is renewed with is read, sealed, from its row.

use serde::{Deserialize, Serialize};

use crate::ids::{UserId, WorkspaceId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "renew_token";

/// Whose token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Who in it; `None`: the bot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

/// The job for one token. Its lane is the lock: what a token is renewed with is good once. One that waits will do.
pub fn job(workspace: &WorkspaceId, user: Option<&UserId>) -> NewJob {
    let payload = Payload { workspace: workspace.clone(), user: user.cloned() };
    let lane = Lane::token(workspace, user);
    NewJob {
        coalesce_key: Some(format!("{NAME}:{lane}")),
        lane,
        order: Order::Arrival,
        priority: Priority::Interactive,
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("ids are plain text"),
        dedup_key: None,
    }
}

/// Whose token the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

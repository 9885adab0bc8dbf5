//! Remove what nobody needs any more: workspaces whose time is over, and what is old. Scheduled; it goes on by jobs
//! of its own kind, which carry how far it has come.

use serde::{Deserialize, Serialize};

use crate::ids::WorkspaceId;
use crate::queue::{Lane, NewJob};

/// The stable name.
pub const NAME: &str = "retention_sweep";

/// Where a sweep goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Position {
    /// At the next workspace whose time is over.
    #[default]
    Workspaces,
    /// At the jobs of a workspace, behind one of them.
    Jobs {
        /// The workspace.
        workspace: WorkspaceId,
        /// The last job that was looked at; empty: none.
        behind: String,
    },
    /// At everything else that a workspace had.
    Rows {
        /// The workspace.
        workspace: WorkspaceId,
    },
    /// At syncs in which nobody takes part any more.
    Syncs,
    /// At messages of long ago, behind one of them.
    Posts {
        /// The last message that was looked at; empty: none.
        behind: String,
    },
    /// At what could not be delivered, behind one message.
    Bodies {
        /// The last message that was looked at; empty: none.
        behind: String,
    },
    /// At rows of which only the age counts.
    Aged {
        /// Which, by their name in `forget::AGED`. In payloads it has always been called so.
        #[serde(rename = "table")]
        name: String,
    },
    /// At the end.
    Through,
}

/// The job of one tick, which began at `at` (queue time).
pub fn job(at: i64) -> NewJob {
    NewJob { lane: Lane::sweep(), ..super::of_tick(NAME, at) }
}

/// The job that goes on from there.
pub fn next(at: i64, position: &Position) -> NewJob {
    let payload = serde_json::to_string(position).expect("it is plain data");
    NewJob { payload, ..job(at) }
}

/// Where a job begins.
pub fn position(payload: &str) -> Result<Position, serde_json::Error> {
    if payload.is_empty() { Ok(Position::default()) } else { serde_json::from_str(payload) }
}

//! A unit of work, before and after it is stored.

use super::Lane;
use crate::db::DbError;
use crate::ids::JobId;

/// Which lanes are served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody looks at a screen and waits.
    Interactive = 0,
    /// Messages.
    Normal = 1,
    /// Whatever can wait.
    Maintenance = 2,
}

impl Priority {
    /// All of them, the first served first.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Normal, Self::Maintenance];
}

/// Where a job stands in its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By this key, whenever it arrives.
    At(i64),
    /// After everything that was committed before it.
    Arrival,
}

impl Order {
    /// `None`: the place is known only under the lane's lock.
    pub fn key(self) -> Option<i64> {
        match self {
            Self::At(key) => Some(key),
            Self::Arrival => None,
        }
    }
}

/// A job to be stored.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// The lane that it runs in.
    pub lane: Lane,
    /// Its place in the lane.
    pub order: Order,
    /// How early the lane is served.
    pub priority: Priority,
    /// The handler, by a name that never changes.
    pub kind: &'static str,
    /// What the handler is given.
    pub payload: String,
    /// A job with a key that was seen within the last 7 days is not stored again.
    pub dedup_key: Option<String>,
    /// A job with the key of one that has not begun yet is not stored: that one will do.
    pub coalesce_key: Option<String>,
}

/// A stored job that a worker runs.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The handler's name.
    pub kind: String,
    /// What the handler is given. `None`: cleared, which only ended jobs are.
    pub payload: Option<String>,
    /// Its place in the lane.
    pub order_key: i64,
    /// How often it has failed.
    pub attempts: i64,
    /// How often a worker died while it ran.
    pub crashes: i64,
    /// Not to be run before, in queue time.
    pub not_before: i64,
    /// No second job with this key is stored until this one begins.
    pub coalesce_key: Option<String>,
    /// When it failed first, in queue time.
    pub failing_since: Option<i64>,
    /// The trace that enqueued it, as a W3C `traceparent`.
    pub trace_context: Option<String>,
    /// When it was stored, in queue time.
    pub created_at: i64,
}

impl Job {
    /// What the handler is given.
    pub fn payload(&self) -> Result<&str, DbError> {
        self.payload.as_deref().ok_or_else(|| DbError::BadValue {
            table: "jobs",
            column: "payload",
            id: self.id.to_string(),
        })
    }
}

//! How the queue is doing.

use super::Queue;
use crate::db::DbError;

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How long the most overdue lane has been waiting for a worker, in milliseconds. 0: nothing waits.
    pub oldest_millis: i64,
}

impl Queue {
    /// How long work has been waiting. Cheap enough for a health check.
    pub async fn backlog(&self) -> Result<Backlog, DbError> {
        let due = self.next_due().await?;
        let now = self.time.now();
        let oldest_millis =
            due.into_iter().flatten().map(|due| now - due).max().unwrap_or(0).max(0);
        Ok(Backlog { oldest_millis })
    }
}

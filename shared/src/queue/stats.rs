//! How the queue is doing.

use super::Queue;
use crate::db::DbError;
use crate::sql;

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How long the most overdue lane has been waiting for a worker, in milliseconds. 0: nothing waits.
    pub oldest_millis: i64,
}

/// The queue at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Lanes by what they do.
    pub lanes: LaneCounts,
    /// Jobs by kind and state, in that order.
    pub jobs: Vec<KindCount>,
    /// What waits.
    pub backlog: Backlog,
    /// When the oldest job that has not ended was stored, in queue time, whatever it waits for.
    pub oldest_open_at: Option<i64>,
}

/// Lanes by what they do; the states are those of docs/JOBS.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the names of the states")]
pub struct LaneCounts {
    pub due: i64,
    pub asleep: i64,
    pub leased: i64,
    pub idle: i64,
}

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `jobs`, see docs/DATA.md")]
pub struct KindCount {
    pub kind: String,
    pub state: String,
    pub jobs: i64,
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

    /// Fails if the database takes no writes: it is read-only, or somebody keeps it locked. Changes nothing.
    pub async fn try_write(&self) -> Result<(), DbError> {
        self.db
            .write(sql!("UPDATE lanes SET due_at = due_at WHERE lane = ''"))
            .execute()
            .await
            .map(drop)
    }

    /// Counts everything. Walks through all jobs.
    pub async fn stats(&self) -> Result<Stats, DbError> {
        let lanes = self
            .db
            .read(sql!(
                "SELECT COUNT(CASE WHEN owner IS NULL AND due_at <= $1 THEN 1 END) AS due,
                        COUNT(CASE WHEN owner IS NULL AND due_at > $1 THEN 1 END) AS asleep,
                        COUNT(owner) AS leased,
                        COUNT(CASE WHEN owner IS NULL AND due_at IS NULL THEN 1 END) AS idle
                 FROM lanes"
            ))
            .bind(self.time.now())
            .fetch_one()
            .await?;
        let jobs = self
            .db
            .read(sql!("SELECT kind, state, COUNT(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state"))
            .fetch_all()
            .await?;
        let (oldest_open_at,) = self
            .db
            .read(sql!("SELECT MIN(created_at) FROM jobs WHERE finished_at IS NULL"))
            .fetch_one()
            .await?;
        Ok(Stats { lanes, jobs, backlog: self.backlog().await?, oldest_open_at })
    }
}

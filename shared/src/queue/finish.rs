//! How a job ends, or goes on later. Each runs in a transaction that is fenced before its commit.

use std::time::Duration;

use super::{Job, Queue};
use crate::db::{DbError, Tx};
use crate::ids::JobId;
use crate::sql;

/// A job that keeps failing holds its lane no longer than this; then it is set aside and tried beside it.
const HOLDS_LANE_FOR_MILLIS: i64 = 120_000;

/// Errors in the database are for operators; a page is enough.
const ERROR_MAX_CHARS: usize = 2_000;

impl Queue {
    /// The job begins: from now on another with its `coalesce_key` is stored, since what this one reads may
    /// change before it ends.
    pub async fn begin(&self, job: &Job) -> Result<(), DbError> {
        if job.coalesce_key.is_none() {
            return Ok(());
        }
        self.db
            .write(sql!("UPDATE jobs SET coalesce_key = NULL WHERE id = $1"))
            .bind(&job.id)
            .execute()
            .await
            .map(drop)
    }

    /// The job is done; its payload is no longer kept.
    pub async fn done(&self, tx: &mut Tx, id: &JobId) -> Result<(), DbError> {
        tx.query(sql!(
            "UPDATE jobs SET state = 'done', payload = NULL, coalesce_key = NULL, wait_key = NULL, finished_at = $2
             WHERE id = $1 AND state IN ('pending', 'late', 'parked')"
        ))
        .bind(id)
        .bind(self.time.now())
        .execute_one("jobs", id)
        .await
    }

    /// The job failed and is tried again after `pause`. One that has held its lane for two minutes is set
    /// aside: the lane goes on without it.
    pub async fn retry(
        &self,
        tx: &mut Tx,
        job: &Job,
        pause: Duration,
        error: &str,
    ) -> Result<(), DbError> {
        let now = self.time.now();
        let failing_since = job.failing_since.unwrap_or(now);
        let state = if now - failing_since >= HOLDS_LANE_FOR_MILLIS { "late" } else { "pending" };
        tx.query(sql!(
            "UPDATE jobs SET state = CASE WHEN state = 'late' THEN state ELSE $2 END, wait_key = NULL, attempts = attempts + 1,
                    not_before = $3, failing_since = $4, last_error = $5
             WHERE id = $1 AND state IN ('pending', 'late', 'parked')"
        ))
        .bind(&job.id)
        .bind(state)
        .bind(self.time.after(pause))
        .bind(failing_since)
        .bind(shortened(error))
        .execute_one("jobs", &job.id)
        .await
    }

    /// The job waits for something and runs again after `pause`; that is no failure.
    pub async fn snooze(
        &self,
        tx: &mut Tx,
        job: &Job,
        pause: Duration,
        reason: &str,
    ) -> Result<(), DbError> {
        tx.query(sql!("UPDATE jobs SET not_before = $2, last_error = $3 WHERE id = $1 AND state IN ('pending', 'late', 'parked')"))
            .bind(&job.id)
            .bind(self.time.after(pause))
            .bind(shortened(reason))
            .execute_one("jobs", &job.id)
            .await
    }

    /// The job will not be tried again by itself. It keeps its payload, so that it can be replayed.
    pub async fn bury(&self, tx: &mut Tx, job: &Job, reason: &str) -> Result<(), DbError> {
        tx.query(sql!(
            "UPDATE jobs SET state = 'dead', attempts = attempts + 1, coalesce_key = NULL, wait_key = NULL, last_error = $2,
                    finished_at = $3
             WHERE id = $1 AND state IN ('pending', 'late', 'parked')"
        ))
        .bind(&job.id)
        .bind(shortened(reason))
        .bind(self.time.now())
        .execute_one("jobs", &job.id)
        .await
    }

    /// A worker died while the job was at the head of the lane. Returns the new count.
    pub async fn count_crash(&self, tx: &mut Tx, job: &Job) -> Result<i64, DbError> {
        tx.query(sql!("UPDATE jobs SET crashes = crashes + 1 WHERE id = $1"))
            .bind(&job.id)
            .execute_one("jobs", &job.id)
            .await?;
        Ok(job.crashes + 1)
    }
}

pub(super) fn shortened(text: &str) -> String {
    text.chars().take(ERROR_MAX_CHARS).collect()
}

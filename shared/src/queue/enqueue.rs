//! Storing jobs and waking their lanes, in the caller's transaction.

use super::{Lane, NewJob, Priority, Queue};
use crate::db::{DbError, Tx};
use crate::ids::JobId;
use crate::sql;
use crate::telemetry;

/// What became of a job that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It is stored.
    New,
    /// Its `dedup_key` was seen before, or one with its `coalesce_key` waits; nothing was done.
    Duplicate,
}

/// Generations and epochs start at the microsecond.
pub(super) const GENERATIONS_PER_MILLI: i64 = 1_000;

impl Queue {
    /// Stores `jobs` and wakes their lanes; they become visible when `tx` commits. Afterwards
    /// [`Wakes::signal`](super::Wakes::signal) tells waiting workers.
    ///
    /// Lanes are locked in the order of their names, so that two transactions never wait for each other.
    pub async fn enqueue(&self, tx: &mut Tx, mut jobs: Vec<NewJob>) -> Result<(), DbError> {
        // Stable: jobs of one lane keep the order that they are given in.
        jobs.sort_by(|a, b| a.lane.cmp(&b.lane));
        for job in &jobs {
            self.enqueue_one(tx, job).await?;
        }
        Ok(())
    }

    /// Whether a job stands in a lane before this place.
    pub async fn has_earlier(
        &self,
        tx: &mut Tx,
        lane: &Lane,
        order_key: i64,
    ) -> Result<bool, DbError> {
        let (found,) = tx
            .query(sql!(
                "SELECT EXISTS (SELECT 1 FROM jobs WHERE lane = $1 AND state = 'pending' AND order_key < $2)"
            ))
            .bind(lane.as_str())
            .bind(order_key)
            .fetch_one()
            .await?;
        Ok(found)
    }

    /// Stores one job; says whether it is new.
    pub async fn enqueue_one(&self, tx: &mut Tx, job: &NewJob) -> Result<Enqueued, DbError> {
        let Some(key) = job.order.key() else {
            // The lane first: its generation, read under its lock, is the job's place.
            self.wake_lane(tx, &job.lane, job.priority, i64::MAX).await?;
            let is_new = self.insert(tx, job, None).await?;
            return Ok(if is_new { Enqueued::New } else { Enqueued::Duplicate });
        };
        // The lane need not be touched for a duplicate.
        if !self.insert(tx, job, Some(key)).await? {
            return Ok(Enqueued::Duplicate);
        }
        self.wake_lane(tx, &job.lane, job.priority, key).await?;
        Ok(Enqueued::New)
    }

    /// Stores the job; `false`: one of its keys is taken, and stays so until `tx` has ended.
    pub(super) async fn insert(
        &self,
        tx: &mut Tx,
        job: &NewJob,
        order_key: Option<i64>,
    ) -> Result<bool, DbError> {
        while !self.try_insert(tx, job, order_key).await? {
            let Some(coalesce_key) = &job.coalesce_key else { return Ok(false) };
            // The other stands for this one only if it begins after `tx` has committed: before, it would
            // not see what this one is about.
            let keeps_waiting: Option<(JobId,)> = tx
                .query(sql!("SELECT id FROM jobs WHERE coalesce_key = $1 FOR SHARE",
                    // MariaDB knows the older spelling only.
                    mysql: "SELECT id FROM jobs WHERE coalesce_key = $1 LOCK IN SHARE MODE",
                    // SQLite has one writer at a time: the transaction is the lock.
                    sqlite: "SELECT id FROM jobs WHERE coalesce_key = $1"))
                .bind(coalesce_key.as_str())
                .fetch_optional()
                .await?;
            let was_seen = match &job.dedup_key {
                Some(key) => self.job_of_dedup_key(tx, key).await?.is_some(),
                None => false,
            };
            if keeps_waiting.is_some() || was_seen {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn try_insert(
        &self,
        tx: &mut Tx,
        job: &NewJob,
        order_key: Option<i64>,
    ) -> Result<bool, DbError> {
        let now = self.time.now();
        tx.query(sql!(
            "INSERT INTO jobs (id, lane, order_key, kind, payload, dedup_key, coalesce_key, state, attempts, crashes,
                               not_before, failing_since, last_error, trace_context, created_at, finished_at)
             VALUES ($1, $2, COALESCE($3, (SELECT generation FROM lanes WHERE lane = $2)), $4, $5, $6, $9, 'pending', 0, 0,
                     $7, NULL, NULL, $8, $7, NULL)
             ON CONFLICT DO NOTHING",
            // MySQL has no ON CONFLICT, and its IGNORE would hide other errors.
            mysql: "INSERT INTO jobs (id, lane, order_key, kind, payload, dedup_key, coalesce_key, state, attempts, crashes,
                               not_before, failing_since, last_error, trace_context, created_at, finished_at)
             VALUES ($1, $2, COALESCE($3, (SELECT generation FROM lanes WHERE lane = $2)), $4, $5, $6, $9, 'pending', 0, 0,
                     $7, NULL, NULL, $8, $7, NULL)"
        ))
        .bind(JobId::generate(&self.clock, &self.rng))
        .bind(job.lane.as_str())
        .bind(order_key)
        .bind(job.kind)
        .bind(job.payload.as_str())
        .bind(job.dedup_key.as_deref())
        .bind(now)
        .bind(telemetry::trace_context())
        .bind(job.coalesce_key.as_deref())
        .insert_new()
        .await
    }

    /// As [`Queue::wake_lanes`], for one.
    pub(super) async fn wake_lane(
        &self,
        tx: &mut Tx,
        lane: &Lane,
        priority: Priority,
        order_key: i64,
    ) -> Result<(), DbError> {
        self.wake_lanes(tx, &[(lane.as_str(), (priority, order_key))]).await
    }
}

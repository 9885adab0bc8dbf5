//! Jobs that wait for something beside their lane: parked under the key of what they wait for, until the
//! transaction that brings it releases them, or until they have waited long enough.

use super::bulk::by_lane;
use super::finish::shortened;
use super::{Job, NewJob, Priority, Queue};
use crate::db::{DbError, Tx};
use crate::ids::JobId;
use crate::sql;

impl Queue {
    /// The job steps out of its lane until [`Queue::unpark`] is called with `wait_key`, or until `until`
    /// (queue time), when it runs and finds that it waited in vain.
    ///
    /// Whoever parks must hold a lock that the other transaction takes before it unparks, or run in the
    /// same lane: otherwise both may miss each other, and the job waits until its time is over.
    pub async fn park(
        &self,
        tx: &mut Tx,
        job: &Job,
        wait_key: &str,
        until: i64,
        reason: &str,
    ) -> Result<(), DbError> {
        tx.query(sql!(
            "UPDATE jobs SET state = 'parked', wait_key = $2, not_before = $3, last_error = $4
             WHERE id = $1 AND state IN ('pending', 'late', 'parked')"
        ))
        .bind(&job.id)
        .bind(wait_key)
        .bind(until)
        .bind(shortened(reason))
        .execute_one("jobs", &job.id)
        .await
    }

    /// Stores a job beside its lane, as if it had been parked there. Its place in the lane is known.
    ///
    /// # Panics
    ///
    /// If the job is to be placed by its arrival, which it has not had.
    pub async fn enqueue_parked(
        &self,
        tx: &mut Tx,
        job: &NewJob,
        wait_key: &str,
        until: i64,
    ) -> Result<(), DbError> {
        let key = job.order.key().expect("a parked job has a place of its own");
        if !self.insert(tx, job, Some(key)).await? {
            return Ok(());
        }
        tx.query(sql!(
            "UPDATE jobs SET state = 'parked', wait_key = $2, not_before = $3 WHERE dedup_key = $1"
        ))
        .bind(job.dedup_key.as_deref())
        .bind(wait_key)
        .bind(until)
        .execute_one("jobs", job.kind)
        .await?;
        // Somebody has to see when its time is over.
        self.wake_lane(tx, &job.lane, job.priority, i64::MAX).await
    }

    /// What jobs waited for is there: they take their places in their lanes again. Returns how many.
    pub async fn unpark(&self, tx: &mut Tx, wait_key: &str) -> Result<usize, DbError> {
        self.unpark_either(tx, wait_key, wait_key).await
    }

    /// As [`Queue::unpark`], for two keys at once.
    pub async fn unpark_either(
        &self,
        tx: &mut Tx,
        wait_key: &str,
        other: &str,
    ) -> Result<usize, DbError> {
        let now = self.time.now();
        let waiting: Vec<(JobId, String, i64)> = tx
            .query(sql!(
                "SELECT id, lane, order_key FROM jobs WHERE wait_key IN ($1, $2) AND state = 'parked' ORDER BY lane, id"
            ))
            .bind(wait_key)
            .bind(other)
            .fetch_all()
            .await?;
        for (id, ..) in &waiting {
            tx.query(sql!(
                "UPDATE jobs SET state = 'pending', wait_key = NULL, not_before = $2, last_error = NULL
                 WHERE id = $1 AND state = 'parked'"
            ))
            .bind(id)
            .bind(now)
            .execute()
            .await?;
        }
        let woken = waiting.len();
        let lanes = by_lane(
            waiting
                .iter()
                .map(|(_, lane, order_key)| (lane.as_str(), (Priority::Normal, *order_key))),
        );
        self.wake_lanes(tx, &lanes).await?;
        Ok(woken)
    }
}

//! Jobs that wait for something beside their lane: parked under the key of what they wait for, until the
//! transaction that brings it releases them, or until they have waited long enough.

use super::{Job, Lane, Priority, Queue};
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
        .bind(super::finish::shortened(reason))
        .execute_one("jobs", &job.id)
        .await
    }

    /// What jobs waited for is there: they take their places in their lanes again. Returns how many.
    pub async fn unpark(&self, tx: &mut Tx, wait_key: &str) -> Result<usize, DbError> {
        let now = self.time.now();
        let waiting: Vec<(JobId, String, i64)> = tx
            .query(sql!(
                "SELECT id, lane, order_key FROM jobs WHERE wait_key = $1 AND state = 'parked' ORDER BY lane, order_key, id"
            ))
            .bind(wait_key)
            .fetch_all()
            .await?;
        for (id, lane, order_key) in &waiting {
            tx.query(sql!(
                "UPDATE jobs SET state = 'pending', wait_key = NULL, not_before = $2, last_error = NULL
                 WHERE id = $1 AND state = 'parked'"
            ))
            .bind(id)
            .bind(now)
            .execute()
            .await?;
            let lane = Lane::named(lane.clone());
            self.wake_lane(tx, &lane, Priority::Normal, *order_key).await?;
        }
        Ok(waiting.len())
    }
}

//! Taking one lane by its name, for whoever does its work in the foreground: workers leave it alone meanwhile, and
//! have it back when the lease ends, however that comes.

use super::{Lane, Lease, Priority, Queue};
use crate::db::DbError;
use crate::sql;

/// Behind everything that a lane may sleep for.
const LAST: i64 = i64::MAX;

impl Queue {
    /// Leases a lane for `owner` until `lease_millis` from now. `None`: somebody else has it.
    pub async fn take(
        &self,
        owner: &str,
        lane: &Lane,
        lease_millis: i64,
    ) -> Result<Option<Lease>, DbError> {
        let now = self.time.now();
        let mut tx = self.db.begin().await?;
        // A lane that is not there is made, with an epoch that none ever had.
        self.wake_lane(&mut tx, lane, Priority::Maintenance, LAST).await?;
        let (epoch, previous, due_at): (i64, Option<String>, Option<i64>) = tx
            .query(sql!(
                "SELECT epoch, owner, due_at FROM lanes WHERE lane = $1 FOR UPDATE",
                // SQLite has one writer at a time: the transaction is the lock.
                sqlite: "SELECT epoch, owner, due_at FROM lanes WHERE lane = $1"
            ))
            .bind(lane.as_str())
            .fetch_one()
            .await?;
        if previous.is_some() && due_at.is_some_and(|until| until > now) {
            tx.rollback().await?;
            return Ok(None);
        }
        let epoch = epoch + 1;
        tx.query(sql!("UPDATE lanes SET due_at = $2, owner = $3, epoch = $4, sleeps_for = NULL WHERE lane = $1"))
            .bind(lane.as_str())
            .bind(now + lease_millis)
            .bind(owner)
            .bind(epoch)
            .execute_one("lanes", lane)
            .await?;
        tx.commit().await?;
        let taken_over = previous.is_some_and(|previous| previous != owner);
        Ok(Some(Lease { lane: lane.clone(), owner: owner.to_owned(), epoch, taken_over }))
    }
}

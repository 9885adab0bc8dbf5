//! What operators do with jobs: look at them, replay those that died, give them up.

use super::{Lane, Priority, Queue};
use crate::db::{DbError, Tx};
use crate::ids::{JobId, TeamId};
use crate::sql;

/// A job as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "the columns of `jobs`, see docs/DATA.md")]
pub struct JobRow {
    pub id: JobId,
    pub lane: String,
    pub order_key: i64,
    pub kind: String,
    pub state: String,
    pub attempts: i64,
    pub crashes: i64,
    pub not_before: i64,
    pub wait_key: Option<String>,
    pub last_error: Option<String>,
    pub created_at: i64,
    pub finished_at: Option<i64>,
    pub payload: Option<String>,
}

impl JobRow {
    /// The workspace that its lane is about, if it is about one.
    pub fn team(&self) -> Option<TeamId> {
        self.lane.split(':').nth(1)?.parse().ok()
    }
}

/// Jobs of one kind that died in one lane.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Died {
    /// Their kind.
    pub kind: String,
    /// Their lane.
    pub lane: String,
    /// How many.
    pub jobs: i64,
}

/// What died between two times (queue time), the first not included.
pub async fn died_between(tx: &mut Tx, after: i64, until: i64) -> Result<Vec<Died>, DbError> {
    tx.query(sql!(
        "SELECT kind, lane, COUNT(*) AS jobs FROM jobs
         WHERE state = 'dead' AND finished_at > $1 AND finished_at <= $2
         GROUP BY kind, lane ORDER BY lane, kind"
    ))
    .bind(after)
    .bind(until)
    .fetch_all()
    .await
}

/// Why a job cannot be replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReplayed {
    /// There is no such job.
    #[error("there is no such job")]
    Unknown,
    /// It did not die.
    #[error("it is not dead")]
    NotDead,
    /// What it was to do is no longer known.
    #[error("it died more than 30 days ago, and what it was to do has been deleted")]
    Forgotten,
}

impl Queue {
    /// One job.
    pub async fn job(&self, id: &JobId) -> Result<Option<JobRow>, DbError> {
        self.db
            .read(sql!(
                "SELECT id, lane, order_key, kind, state, attempts, crashes, not_before, wait_key, last_error, created_at,
                        finished_at, payload FROM jobs WHERE id = $1"
            ))
            .bind(id)
            .fetch_optional()
            .await
    }

    /// Jobs that died, of one kind or of all, those that died last first.
    pub async fn dead_jobs(&self, kind: Option<&str>, limit: i64) -> Result<Vec<JobRow>, DbError> {
        self.db
            .read(sql!(
                "SELECT id, lane, order_key, kind, state, attempts, crashes, not_before, wait_key, last_error, created_at,
                        finished_at, payload FROM jobs WHERE state = 'dead' AND kind = COALESCE($1, kind)
                 ORDER BY finished_at DESC, id DESC LIMIT $2"
            ))
            .bind(kind)
            .bind(limit)
            .fetch_all()
            .await
    }

    /// How many jobs are dead, of one kind or of all.
    pub async fn count_dead(&self, kind: Option<&str>) -> Result<i64, DbError> {
        let (count,) = self
            .db
            .read(sql!(
                "SELECT COUNT(*) FROM jobs WHERE state = 'dead' AND kind = COALESCE($1, kind)"
            ))
            .bind(kind)
            .fetch_one()
            .await?;
        Ok(count)
    }

    /// The next `limit` jobs behind `after` that died until `until` (queue time), the oldest first: whoever
    /// goes through all of them meets each once, also one that is replayed and dies again meanwhile.
    pub async fn dead_behind(
        &self,
        kind: Option<&str>,
        after: Option<&JobId>,
        until: i64,
        limit: i64,
    ) -> Result<Vec<JobId>, DbError> {
        let ids: Vec<(JobId,)> = self
            .db
            .read(sql!(
                "SELECT id FROM jobs WHERE state = 'dead' AND kind = COALESCE($1, kind) AND id > COALESCE($2, '')
                    AND finished_at <= $3
                 ORDER BY id LIMIT $4"
            ))
            .bind(kind)
            .bind(after)
            .bind(until)
            .bind(limit)
            .fetch_all()
            .await?;
        Ok(ids.into_iter().map(|(id,)| id).collect())
    }

    /// A dead job takes its old place in its lane again, as if it had never been tried. Its own table is not
    /// touched: `worker::replay` does that as well.
    pub async fn revive(
        &self,
        tx: &mut Tx,
        id: &JobId,
    ) -> Result<Result<(), NotReplayed>, DbError> {
        let row: Option<(String, i64, String, Option<String>)> = tx
            .query(sql!("SELECT lane, order_key, state, payload FROM jobs WHERE id = $1"))
            .bind(id)
            .fetch_optional()
            .await?;
        let (lane, order_key) = match row {
            None => return Ok(Err(NotReplayed::Unknown)),
            Some((_, _, state, _)) if state != "dead" => return Ok(Err(NotReplayed::NotDead)),
            Some((_, _, _, None)) => return Ok(Err(NotReplayed::Forgotten)),
            Some((lane, order_key, ..)) => (lane, order_key),
        };
        let revived = tx
            .query(sql!(
                "UPDATE jobs SET state = 'pending', attempts = 0, crashes = 0, not_before = $2, failing_since = NULL,
                        finished_at = NULL, created_at = $2
                 WHERE id = $1 AND state = 'dead' AND payload IS NOT NULL"
            ))
            .bind(id)
            .bind(self.time.now())
            .execute()
            .await?;
        if revived == 0 {
            return Ok(Err(NotReplayed::NotDead));
        }
        self.wake_lane(tx, &Lane::named(lane), Priority::Normal, order_key).await?;
        Ok(Ok(()))
    }

    /// The job that has this key.
    pub async fn job_of_dedup_key(
        &self,
        tx: &mut Tx,
        dedup_key: &str,
    ) -> Result<Option<JobId>, DbError> {
        let row: Option<(JobId,)> = tx
            .query(sql!("SELECT id FROM jobs WHERE dedup_key = $1"))
            .bind(dedup_key)
            .fetch_optional()
            .await?;
        Ok(row.map(|(id,)| id))
    }

    /// Gives a dead job up for good; `false`: there is no such dead job.
    pub async fn discard(&self, tx: &mut Tx, id: &JobId) -> Result<bool, DbError> {
        let deleted =
            tx.query(sql!("DELETE FROM jobs WHERE id = $1 AND state = 'dead'")).bind(id).execute();
        Ok(deleted.await? == 1)
    }
}

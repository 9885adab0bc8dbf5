//! Keeping the queue small: what ended long ago is forgotten, in steps that block nobody.

use std::time::Duration;

use super::{Queue, millis};
use crate::db::DbError;
use crate::sql;

/// What [`Queue::care`] removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cared {
    /// Done jobs, whose dedup keys are no longer needed.
    pub done_jobs: u64,
    /// Dead jobs that nobody replayed for three months.
    pub dead_jobs: u64,
    /// Payloads of dead jobs, which held what people wrote.
    pub payloads: u64,
    /// Lanes with nothing to do.
    pub lanes: u64,
    /// Holds that are over.
    pub holds: u64,
}

impl Cared {
    /// Whether there was nothing to do.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl std::ops::Add for Cared {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            done_jobs: self.done_jobs + more.done_jobs,
            dead_jobs: self.dead_jobs + more.dead_jobs,
            payloads: self.payloads + more.payloads,
            lanes: self.lanes + more.lanes,
            holds: self.holds + more.holds,
        }
    }
}

/// Slack repeats an event for a day at most (docs.slack.dev/apis/events-api), other causes of doubles are
/// older: a key is remembered for a week.
const DONE_KEPT_FOR: Duration = Duration::from_hours(7 * 24);
/// What people wrote is kept no longer than this, delivered or not.
const DEAD_PAYLOAD_KEPT_FOR: Duration = Duration::from_hours(30 * 24);
/// Then nobody asks any more why it died.
const DEAD_KEPT_FOR: Duration = Duration::from_hours(90 * 24);
/// Epochs start at the microsecond at which a lane is made. A lane that was made so long ago cannot come
/// back with an epoch that it had before, even if the clock is set back a little.
const LANE_MADE_AT_LEAST: Duration = Duration::from_hours(1);

impl Queue {
    /// Forgets what ended long ago, at most `limit` rows of each sort. To be repeated while it finds
    /// something.
    pub async fn care(&self, limit: i64) -> Result<Cared, DbError> {
        let now = self.time.now();
        let before = |kept_for: Duration| now - millis(kept_for);
        let delete_ended = |state: &'static str, kept_for| {
            self.db
                .write(sql!(
                    // Asked twice: what is revived while this waits for its lock stays.
                    "DELETE FROM jobs WHERE state = $1 AND finished_at < $2 AND id IN (SELECT id FROM
                     (SELECT id FROM jobs WHERE state = $1 AND finished_at < $2 LIMIT $3) AS batch)"
                ))
                .bind(state)
                .bind(before(kept_for))
                .bind(limit)
                .execute()
        };
        let done_jobs = delete_ended("done", DONE_KEPT_FOR).await?;
        let dead_jobs = delete_ended("dead", DEAD_KEPT_FOR).await?;
        let payloads = self
            .db
            .write(sql!(
                "UPDATE jobs SET payload = NULL WHERE state = 'dead' AND finished_at < $1 AND id IN (SELECT id FROM
                 (SELECT id FROM jobs WHERE state = 'dead' AND finished_at < $1 AND payload IS NOT NULL LIMIT $2) AS batch)"
            ))
            .bind(before(DEAD_PAYLOAD_KEPT_FOR))
            .bind(limit)
            .execute()
            .await?;
        // An enqueue that comes first makes the lane due, and it stays; one that comes later makes it anew.
        let lanes = self
            .db
            .write(sql!(
                "DELETE FROM lanes WHERE owner IS NULL AND due_at IS NULL AND lane IN (SELECT lane FROM
                 (SELECT lane FROM lanes WHERE owner IS NULL AND due_at IS NULL AND generation < $1 LIMIT $2) AS batch)"
            ))
            .bind(before(LANE_MADE_AT_LEAST) * super::enqueue::GENERATIONS_PER_MILLI)
            .bind(limit)
            .execute()
            .await?;
        let holds = self
            .db
            .write(sql!("DELETE FROM holds WHERE until_at <= $1"))
            .bind(now)
            .execute()
            .await?;
        Ok(Cared { done_jobs, dead_jobs, payloads, lanes, holds })
    }
}

//! Queue time is database time: workers with wrong clocks agree on when a lease ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::clock::Clock;
use crate::db::{Db, DbError};
use crate::sql;

/// Milliseconds since 1970 on the database's clock, from this process's clock and a measured offset.
#[derive(Debug, Clone)]
pub struct QueueTime {
    clock: Clock,
    offset_millis: Arc<AtomicI64>,
}

/// How often the database is asked; the quickest answer tells the time best.
const SAMPLES: usize = 3;

impl QueueTime {
    /// The process's own time, until it is measured.
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, offset_millis: Arc::default() }
    }

    /// Now, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        self.clock.epoch_millis() + self.offset_millis.load(Ordering::Relaxed)
    }

    /// That much later than now.
    pub fn after(&self, pause: Duration) -> i64 {
        self.now() + millis(pause)
    }

    /// Asks the database for its time. To be repeated every minute, since clocks drift. A clock that leaps has
    /// left the database's behind: it counts itself.
    pub async fn measure(&self, db: &Db) -> Result<(), DbError> {
        if self.clock.leaps() {
            return Ok(());
        }
        let mut best = None;
        for _ in 0..SAMPLES {
            let asked = self.clock.epoch_millis();
            let theirs = database_time(db).await?;
            let answered = self.clock.epoch_millis();
            let sample = (answered - asked, theirs - i64::midpoint(asked, answered));
            best = best.min(Some(sample)).or(Some(sample));
        }
        let offset = best.map_or(0, |(_, offset)| offset);
        let before = self.offset_millis.swap(offset, Ordering::Relaxed);
        if (offset - before).abs() > 1_000 {
            tracing::info!(
                offset_ms = offset,
                "this machine's clock differs from the database's; the database's counts"
            );
        }
        Ok(())
    }

    /// Takes an offset that is known already, such as that of a simulated database.
    pub fn assume_offset(&self, offset_millis: i64) {
        self.offset_millis.store(offset_millis, Ordering::Relaxed);
    }

    /// How far the database is ahead of this process, in milliseconds.
    pub fn offset_millis(&self) -> i64 {
        self.offset_millis.load(Ordering::Relaxed)
    }
}

/// As queue times are reckoned; what is too long for that becomes as good as for ever.
pub fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}

async fn database_time(db: &Db) -> Result<i64, DbError> {
    let row: (i64,) = db
        .read(sql!("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
            mysql: "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)",
            sqlite: "SELECT CAST(unixepoch('subsec') * 1000 AS BIGINT)"))
        .fetch_one()
        .await?;
    Ok(row.0)
}

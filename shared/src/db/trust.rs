//! Connections that are not used again: after a failover a pool is full of connections to a server that
//! only reads from then on, and none of them ever breaks by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::error::DbError;

/// While a server takes no writes, each failure tells so; connections are remade no more often than this.
const SETTLE: Duration = Duration::from_secs(1);

/// Since when connections can be trusted. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    start: Instant,
    /// Milliseconds after `start`; connections that were made before are closed. 0: none are.
    since: Arc<AtomicU64>,
}

impl Trust {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), since: Arc::default() }
    }

    /// Learns from a failure.
    pub(super) fn learn(&self, error: &DbError) {
        if matches!(error, DbError::ReadOnly(_)) && self.withdraw(self.now()) {
            tracing::warn!("the database takes no writes; its connections are made anew");
        }
    }

    /// Whether a connection that was made `age` ago may be used.
    pub(super) fn covers(&self, age: Duration) -> bool {
        self.covers_at(self.now(), age)
    }

    /// Trusts no connection from before `now`; `false`: that was so until a moment ago.
    fn withdraw(&self, now: u64) -> bool {
        let learnt = self.since.fetch_update(Ordering::AcqRel, Ordering::Acquire, |since| {
            (since == 0 || since + millis(SETTLE) <= now).then_some(now.max(1))
        });
        learnt.is_ok()
    }

    fn covers_at(&self, now: u64, age: Duration) -> bool {
        let since = self.since.load(Ordering::Acquire);
        since == 0 || now.saturating_sub(millis(age)) > since
    }

    fn now(&self) -> u64 {
        millis(self.start.elapsed())
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_from_before_a_refused_write_are_used_no_more() {
        let (trust, old, young) =
            (Trust::new(), Duration::from_mins(1), Duration::from_millis(400));
        assert!(trust.covers_at(60_000, old));
        assert!(trust.withdraw(60_000));
        assert!(!trust.covers_at(60_001, old) && !trust.covers_at(60_001, young));
        assert!(trust.covers_at(60_500, young), "it was made afterwards");
        assert!(
            !trust.withdraw(60_500) && trust.covers_at(60_500, young),
            "too soon to do it all again"
        );
        assert!(trust.withdraw(61_000) && !trust.covers_at(61_001, young));
    }

    #[test]
    fn other_failures_say_nothing_about_a_connection() {
        let trust = Trust::new();
        trust.learn(&DbError::Contention(sqlx::Error::WorkerCrashed));
        assert!(trust.covers(Duration::from_mins(1)));
        trust.learn(&DbError::ReadOnly(sqlx::Error::WorkerCrashed));
        assert!(!trust.covers(Duration::from_mins(1)));
    }
}

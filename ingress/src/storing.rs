//! Whether the database takes what comes in. It may answer questions and still take nothing: when its disk
//! is full, for one.

use std::sync::atomic::{AtomicI64, Ordering};

/// So long a failure tells of the present, unless something was stored since. Slack comes again at once.
const REMEMBERED_MILLIS: i64 = 5_000;

/// How storing went lately.
#[derive(Debug, Default)]
pub(crate) struct Storing {
    /// When it failed last, in milliseconds since 1970; 0: something was stored since.
    failed_at: AtomicI64,
}

impl Storing {
    pub(crate) fn succeeded(&self) {
        self.failed_at.store(0, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, now_millis: i64) {
        self.failed_at.store(now_millis, Ordering::Relaxed);
    }

    /// Whether what came last could not be stored.
    pub(crate) fn fails(&self, now_millis: i64) -> bool {
        let failed_at = self.failed_at.load(Ordering::Relaxed);
        failed_at != 0 && now_millis - failed_at < REMEMBERED_MILLIS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_counts_for_five_seconds_or_until_something_is_stored() {
        let storing = Storing::default();
        assert!(!storing.fails(1_000));
        storing.failed(1_000);
        assert!(storing.fails(1_000) && storing.fails(5_999));
        assert!(!storing.fails(6_000));
        storing.failed(70_000);
        storing.succeeded();
        assert!(!storing.fails(70_000));
    }
}

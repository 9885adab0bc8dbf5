//! The database does not answer: said once with its cause, again each minute, and when it is over. Whoever
//! tries again meanwhile waits a little longer each time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::db::DbError;
use tokio::time::Instant;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
const REMINDER: Duration = Duration::from_mins(1);

/// What one worker knows of it. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Outage(Arc<Mutex<Option<Ongoing>>>);

#[derive(Debug)]
struct Ongoing {
    began: Instant,
    said: Instant,
}

impl Outage {
    /// A statement failed, and what it was for is tried again. Returns whether that was logged.
    pub(super) fn failed(&self, error: &DbError) -> bool {
        self.failed_at(error, Instant::now())
    }

    fn failed_at(&self, error: &DbError, now: Instant) -> bool {
        let mut ongoing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let error = || shared::error::chain(error);
        match &mut *ongoing {
            None => {
                *ongoing = Some(Ongoing { began: now, said: now });
                tracing::warn!(error = %error(), "the database cannot be used; trying again until it can");
                true
            }
            Some(ongoing) if now - ongoing.said >= REMINDER => {
                ongoing.said = now;
                let seconds = (now - ongoing.began).as_secs();
                tracing::warn!(error = %error(), seconds, "the database still cannot be used");
                true
            }
            Some(_) => {
                tracing::debug!(error = %error(), "the database still cannot be used");
                false
            }
        }
    }

    /// A statement went through.
    pub(super) fn over(&self) {
        let ended = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Ongoing { began, .. }) = ended {
            let seconds = began.elapsed().as_secs();
            tracing::info!(seconds, "the database can be used again");
        }
    }
}

/// Pauses between tries: each twice as long as the one before, a second at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Self {
        Self(FIRST_PAUSE)
    }
}

impl Pauses {
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(LONGEST_PAUSE);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> DbError {
        DbError::RowCount { table: "lanes", id: "a".to_owned(), expected: 1, changed: 0 }
    }

    #[test]
    fn an_outage_is_logged_once_a_minute_and_anew_after_it_was_over() {
        let (outage, began) = (Outage::default(), Instant::now());
        let (mut said, mut pauses, mut passed) = (0, Pauses::default(), Duration::ZERO);
        while passed < Duration::from_secs(90) {
            said += usize::from(outage.failed_at(&failure(), began + passed));
            passed += pauses.next();
        }
        assert_eq!((said, pauses.next()), (2, LONGEST_PAUSE));
        outage.over();
        assert!(outage.failed_at(&failure(), began + passed));
    }
}

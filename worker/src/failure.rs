//! Why a handler did not finish its job, and what is to be done about it. The failing line chooses.

use std::error::Error;
use std::time::Duration;

use shared::db::DbError;
use shared::error::chain;
use shared::queue::{Lane, QueueError, Scope};

/// What a handler says when it did not finish.
#[derive(Debug)]
pub enum Failure {
    /// It may work later. Counts as an attempt; the pause grows with each.
    Retry {
        /// For operators.
        error: String,
    },
    /// It has to wait for something, which is no failure.
    Snooze {
        /// How long.
        pause: Duration,
        /// For operators.
        reason: String,
    },
    /// Nothing that goes the same way works for now: all of it waits, and so does the job. No failure, but
    /// a job is not held for ever.
    Hold {
        /// What has to wait.
        scope: Scope,
        /// How long.
        pause: Duration,
        /// For operators.
        reason: String,
        /// A person has to put something right, of which Slack says this.
        trouble: Option<String>,
    },
    /// It will never work.
    Dead {
        /// For operators.
        reason: String,
    },
    /// Another transaction was in the way: run it again at once. Handlers may run twice.
    Again,
    /// The database does not answer: nothing can be written, not even this failure.
    DatabaseUnavailable(DbError),
    /// Somebody else has the lane by now.
    LeaseLost(Lane),
}

impl Failure {
    /// It may work later.
    pub fn retry(error: &(dyn Error + 'static)) -> Self {
        Self::Retry { error: chain(error) }
    }

    /// It has to wait for something.
    pub fn snooze(pause: Duration, reason: impl Into<String>) -> Self {
        Self::Snooze { pause, reason: reason.into() }
    }

    /// Everything of `scope` has to wait.
    pub fn hold(scope: Scope, pause: Duration, reason: impl Into<String>) -> Self {
        Self::Hold { scope, pause, reason: reason.into(), trouble: None }
    }

    /// Everything of `scope` has to wait until a person puts right what Slack calls `code`; it is tried again
    /// after `pause`.
    pub fn trouble(
        scope: Scope,
        pause: Duration,
        reason: impl Into<String>,
        code: impl Into<String>,
    ) -> Self {
        Self::Hold { scope, pause, reason: reason.into(), trouble: Some(code.into()) }
    }

    /// It will never work.
    pub fn dead(reason: impl Into<String>) -> Self {
        Self::Dead { reason: reason.into() }
    }
}

/// The one conversion that needs no choice by the caller: a database error tells its class.
impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        if error.is_contention() {
            Self::Again
        } else if error.is_unavailable() {
            Self::DatabaseUnavailable(error)
        } else {
            Self::retry(&error)
        }
    }
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::LeaseLost(lane) => Self::LeaseLost(lane),
            QueueError::Db(error) => error.into(),
        }
    }
}

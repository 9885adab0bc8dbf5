//! What time it is, as an argument: code asks a [`Clock`], tests move a [`ManualClock`].

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use tokio::sync::watch;

/// Tells the time and waits for it to pass. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<watch::Sender<DateTime<Utc>>>),
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Now, cut to microseconds: finer digits would come back from SQLite and from no other database.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
            Source::System => Utc::now().trunc_subsecs(6) + crate::failpoint::clock_skew(),
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// Milliseconds since 1970.
    pub fn epoch_millis(&self) -> i64 {
        self.now().timestamp_millis()
    }

    /// Returns when `duration` has passed on this clock.
    pub async fn sleep(&self, duration: Duration) {
        match &self.0 {
            Source::System => tokio::time::sleep(duration).await,
            Source::Manual(now) => {
                let mut changes = now.subscribe();
                let until = *changes.borrow() + delta(duration);
                // An error says that the clock is gone, and with it everyone who could move it.
                if changes.wait_for(|now| *now >= until).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

/// A clock that stands still until a test moves it.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<watch::Sender<DateTime<Utc>>>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(watch::Sender::new(now.trunc_subsecs(6))))
    }

    /// The face that code under test looks at.
    pub fn clock(&self) -> Clock {
        Clock(Source::Manual(Arc::clone(&self.0)))
    }

    /// Moves the time on and wakes everyone whose time has come.
    pub fn advance(&self, duration: Duration) {
        self.0.send_modify(|now| *now += delta(duration));
    }
}

fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration)
        .expect("durations in this program are far below 290 million years")
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[tokio::test]
    async fn sleepers_wake_when_their_time_has_come_and_not_before() {
        let manual = ManualClock::at(DateTime::UNIX_EPOCH);
        let clock = manual.clock();
        let mut sleeper = Box::pin(clock.sleep(Duration::from_secs(10)));
        assert!(sleeper.as_mut().now_or_never().is_none());
        manual.advance(Duration::from_secs(9));
        assert!(sleeper.as_mut().now_or_never().is_none());
        manual.advance(Duration::from_secs(1));
        assert!(sleeper.as_mut().now_or_never().is_some());
        assert_eq!(clock.epoch_millis(), 10_000);
    }
}

//! What time it is, as an argument: code asks a [`Clock`], tests move a [`ManualClock`] or let a
//! [`LeapingClock`] leap over what would only be waited for.

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
    Leaping(Arc<watch::Sender<TimeDelta>>),
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// Now, cut to microseconds: finer digits would come back from SQLite and from no other database.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => machine(),
            Source::Manual(now) => *now.borrow(),
            Source::Leaping(ahead) => machine() + *ahead.borrow(),
        }
    }

    /// Whether it leaps: then it has left every clock behind that does not leap with it.
    pub fn leaps(&self) -> bool {
        matches!(self.0, Source::Leaping(_))
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
            Source::Leaping(ahead) => {
                let mut leaps = ahead.subscribe();
                let until = self.now() + delta(duration);
                while let Some(left) = until_then(until, self.now()) {
                    tokio::select! {
                        () = tokio::time::sleep(left) => {}
                        // The clock that is asked keeps it open.
                        _ = leaps.changed() => {}
                    }
                }
            }
        }
    }
}

/// How long it still takes; `None`: the time has come.
fn until_then(then: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
    (then - now).to_std().ok().filter(|left| !left.is_zero())
}

/// What the machine says.
fn machine() -> DateTime<Utc> {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    let now = Utc::now();
    now.trunc_subsecs(6) + crate::failpoint::clock_skew()
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

/// The machine's clock, which a test lets leap ahead when there is nothing to do but to wait. It runs all the
/// same, so that nobody waits for a leap for ever.
#[derive(Clone, Debug, Default)]
pub struct LeapingClock(Arc<watch::Sender<TimeDelta>>);

impl LeapingClock {
    /// The face that code under test looks at.
    pub fn clock(&self) -> Clock {
        Clock(Source::Leaping(Arc::clone(&self.0)))
    }

    /// Lets so much time pass at once, and wakes everyone whose time has come.
    pub fn leap(&self, over: Duration) {
        self.0.send_modify(|ahead| *ahead += delta(over));
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

    #[tokio::test]
    async fn a_leap_is_over_at_once_and_what_is_left_of_a_sleep_passes_by_itself() {
        let leaping = LeapingClock::default();
        let clock = leaping.clock();
        let began = clock.now();
        let mut sleeper = Box::pin(clock.sleep(Duration::from_hours(1)));
        assert!(sleeper.as_mut().now_or_never().is_none());
        leaping.leap(Duration::from_hours(1) - Duration::from_millis(10));
        sleeper.await;
        assert!(clock.now() - began >= TimeDelta::hours(1));
    }
}

//! When a failed job runs again.

use std::time::Duration;

use crate::rng::Rng;

/// How often and how long a kind of job is tried.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// The pause after the first failure; it doubles each time.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// Failures after which the job is dead.
    pub attempts: i64,
}

impl RetryPolicy {
    /// Tries for more than a day: through an outage of Slack, a weekend evening without an operator.
    pub const PERSISTENT: Self = Self {
        first_pause: Duration::from_secs(1),
        longest_pause: Duration::from_hours(1),
        attempts: 40,
    };

    /// The pause after failure number `attempts` (from 1), a fifth longer or shorter by chance.
    pub fn pause(&self, attempts: i64, rng: &Rng) -> Duration {
        let doublings = u32::try_from((attempts - 1).clamp(0, 30)).unwrap_or_default();
        let pause = self.first_pause.saturating_mul(1 << doublings).min(self.longest_pause);
        rng.jitter(pause, 0.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_tried_for_at_least_a_day() {
        let (policy, rng) = (RetryPolicy::PERSISTENT, Rng::seeded(7));
        let total: Duration = (1..policy.attempts).map(|attempt| policy.pause(attempt, &rng)).sum();
        assert!(total > Duration::from_hours(24), "{total:?}");
        assert!(policy.pause(1, &rng) < Duration::from_secs(2));
        assert!(policy.pause(i64::MAX, &rng) <= policy.longest_pause.mul_f64(1.2));
    }
}

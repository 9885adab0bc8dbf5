//! Numbers of many samples, and of a few rounds.

use std::time::Duration;

/// Times that something took.
#[derive(Debug, Default)]
pub(crate) struct Times {
    sorted: Vec<Duration>,
}

impl FromIterator<Duration> for Times {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        let mut sorted: Vec<_> = times.into_iter().collect();
        sorted.sort_unstable();
        Self { sorted }
    }
}

impl Times {
    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The time that `percent` of all did not exceed, in milliseconds (nearest rank: one that was
    /// measured, and never a better one than that). Nothing measured: not a number.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.sorted.len() * percent).div_ceil(100);
        let time = self.sorted.get(rank.saturating_sub(1));
        time.map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }

    pub(crate) fn longest(&self) -> f64 {
        self.percentile(100)
    }
}

/// The median: of an even number, the mean of the two in the middle. Of nothing: not a number.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[middle],
        _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
    }
}

/// The smallest and the largest.
pub(crate) fn range(values: &[f64]) -> (f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (least, most)
}

/// So many in so much time, per second.
pub(crate) fn per_second(count: usize, took: Duration) -> f64 {
    as_number(count) / took.as_secs_f64()
}

/// A count, to be calculated with.
#[expect(clippy::cast_precision_loss, reason = "counts in a benchmark are far below 2^52")]
pub(crate) fn as_number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(millis: &[u64]) -> Times {
        millis.iter().map(|&millis| Duration::from_millis(millis)).collect()
    }

    #[track_caller]
    fn assert_is(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-9, "{value} is not {expected}");
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let hundred: Vec<u64> = (1..=100).rev().collect();
        let hundred = times(&hundred);
        assert_is(hundred.percentile(50), 50.0);
        assert_is(hundred.percentile(99), 99.0);
        assert_is(hundred.longest(), 100.0);
        let three = times(&[30, 10, 20]);
        assert_is(three.percentile(50), 20.0);
        assert_is(three.percentile(99), 30.0);
        assert_is(times(&[7]).percentile(1), 7.0);
        assert!(times(&[]).percentile(50).is_nan());
    }

    #[test]
    fn the_median_stands_in_the_middle() {
        assert_is(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_is(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
        assert_eq!(range(&[2.0, 1.0, 3.0]), (1.0, 3.0));
    }
}

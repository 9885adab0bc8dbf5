//! What time it is. The one place that asks the machine.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// How long it has been: real time plus what was advanced by hand.
pub(crate) struct Stopwatch {
    started: Instant,
    advanced: Duration,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), advanced: Duration::ZERO }
    }

    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed() + self.advanced
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced += by;
    }
}

/// Microseconds since 1970.
pub(crate) fn now_micros() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the emulator is a peer with a clock of its own")]
    let now = SystemTime::now();
    let since = now.duration_since(UNIX_EPOCH).expect("the machine's clock is past 1970");
    u64::try_from(since.as_micros()).expect("the machine's clock is before the year 500,000")
}

/// Whole seconds since 1970.
pub(crate) fn now_seconds() -> u64 {
    now_micros() / 1_000_000
}

//! What time it is. The one place that asks the machine.

use std::time::{SystemTime, UNIX_EPOCH};

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

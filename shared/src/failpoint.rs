//! Named steps at which a test lets a process die or freeze: `failpoint!("deliver.called")`.
//!
//! Nothing of this is in a product: without the feature `failpoints`, which testkit turns on, the macro
//! expands to nothing. With it, `SYNCBOT_FAILPOINTS` says what happens where:
//!
//! * `deliver.called=kill@2`: SIGKILL to itself when the step is reached for the second time
//! * `route.before_commit=freeze`: SIGSTOP to itself, all threads, until somebody sends SIGCONT
//! * `clock=-60`: this process's clock is a minute slow
//!
//! Several are separated by commas. What cannot be read, and a step that does not exist, end the process
//! at its start: a failpoint that is silently ignored would make a test that cannot fail.
//!
//! The crate `fail` was considered. Its actions (panic, sleep, return, print) cannot kill or stop a process
//! but through callbacks that code has to register, it accepts names that no step has, and it evaluates
//! inside a lock; what would be left of it is a map.

#[cfg(feature = "failpoints")]
mod armed;

#[cfg(feature = "failpoints")]
pub(crate) use armed::clock_skew;
#[cfg(feature = "failpoints")]
pub use armed::{STEPS, arm, reached};

/// Marks a step at which a test may let the process die or freeze.
#[cfg(feature = "failpoints")]
#[macro_export]
macro_rules! failpoint {
    ($step:literal) => {
        $crate::failpoint::reached($step)
    };
}

/// Marks a step at which a test may let the process die or freeze; nothing in this build.
#[cfg(not(feature = "failpoints"))]
#[macro_export]
macro_rules! failpoint {
    ($step:literal) => {
        ()
    };
}

/// Nothing can be armed in this build.
#[cfg(not(feature = "failpoints"))]
pub const fn arm() {}

/// Clocks are right in this build.
#[cfg(not(feature = "failpoints"))]
pub(crate) const fn clock_skew() -> chrono::TimeDelta {
    chrono::TimeDelta::zero()
}

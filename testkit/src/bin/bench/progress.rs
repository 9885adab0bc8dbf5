//! What is going on, for whoever waits for it.

use std::sync::OnceLock;
use std::time::Instant;

/// One line on standard error, with the time since the first.
pub(crate) fn say(what: &str) {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let seconds = BEGAN.get_or_init(Instant::now).elapsed().as_secs();
    eprintln!("{:>3}:{:02}  {what}", seconds / 60, seconds % 60);
}

//! What came in since the process started, for the readiness page and for tests.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// Counters; they only rise.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Counts {
    /// Events that are on disk.
    pub(crate) stored: Count,
    /// Events that were on disk already.
    pub(crate) duplicates: Count,
    /// Events of types that nothing is done about.
    pub(crate) ignored: Count,
    /// Events about our own messages.
    pub(crate) own: Count,
    /// Clicks and submissions.
    pub(crate) interactions: Count,
    /// Requests that were refused.
    pub(crate) refused: Count,
}

/// One counter.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

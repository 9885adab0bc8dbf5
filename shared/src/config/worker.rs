//! How much a worker does at once and how long it may be silent.

use std::time::Duration;

use super::reader::Reader;

/// The runtime of a worker.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    /// Lanes that run at the same time.
    pub concurrency: usize,
    /// How long a lane stays leased without a sign of life.
    pub lease: Duration,
    /// How long Slack may need to show a message that it accepted.
    pub settle: Duration,
    /// Whether calls are kept below Slack's limits.
    pub is_paced: bool,
}

impl WorkerConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let concurrency = reader.parsed("SYNCBOT_WORKER_CONCURRENCY", |text| {
            text.parse().ok().filter(|lanes| (4..=256).contains(lanes))
        });
        let lease = reader.parsed("SYNCBOT_WORKER_LEASE_SECONDS", |text| {
            text.parse().ok().filter(|seconds| (2..=300).contains(seconds))
        });
        let settle = reader.parsed("SYNCBOT_SLACK_SETTLE_SECONDS", |text| {
            text.parse().ok().filter(|seconds| (1..=60).contains(seconds))
        });
        let is_paced = reader.flag("SYNCBOT_SLACK_PACING", &["1", "true", "yes", "on"]);
        Some(Self {
            concurrency: concurrency?,
            lease: Duration::from_secs(lease?),
            settle: Duration::from_secs(settle?),
            is_paced,
        })
    }
}

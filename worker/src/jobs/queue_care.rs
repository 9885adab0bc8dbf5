//! Keeps the queue's tables small, in bounded steps. Whoever loses the lane is stopped between two of them;
//! running beside itself it only finds less to do.

use std::time::Duration;

use chrono::TimeDelta;
use shared::queue::Cared;
use shared::tables::install_attempts;

use crate::{Done, Failure, JobContext};

/// Rows of each sort in one step: few enough that nobody waits for their locks.
const STEP: i64 = 500;
/// Steps of one run. What is left goes on after a pause, so that a backlog of months takes no run's time.
const MOST_STEPS: usize = 100;
const PAUSE: Duration = Duration::from_secs(1);
/// Whoever installed the app may look for so long what became of it. Anybody can begin, so no longer.
const ATTEMPTS_KEPT_FOR: TimeDelta = TimeDelta::days(1);

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let mut removed = Cared::default();
    let mut is_through = false;
    for _ in 0..MOST_STEPS {
        let step = cx.services.queue.care(STEP).await?;
        let before = cx.services.clock.now() - ATTEMPTS_KEPT_FOR;
        let attempts = install_attempts::forget_before(&cx.services.db, before, STEP).await?;
        is_through = step.is_nothing() && attempts == 0;
        if is_through {
            break;
        }
        removed = removed + step;
    }
    if !removed.is_nothing() {
        tracing::info!(
            jobs.done = removed.done_jobs,
            jobs.dead = removed.dead_jobs,
            payloads = removed.payloads,
            lanes = removed.lanes,
            holds = removed.holds,
            "the queue was cleared of what ended long ago"
        );
    }
    if !is_through {
        return Err(Failure::snooze(PAUSE, "there is more to remove"));
    }
    cx.done(cx.begin().await?).await
}

//! Enqueues what runs regularly. Every worker ticks, and the key of the tick lets one of them succeed.
//!
//! A tick is the number of its period since 1970 in queue time, so workers with wrong clocks agree on it.
//! One that was missed, because no worker ran or the database was away, is not made up: the next does its
//! work. Why not apalis-cron: `docs/decisions/0004-fixed-period-ticker.md`.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use shared::db::{DbError, retry_contention};
use shared::queue::{Enqueued, millis};

use crate::{Registered, Schedule, Services};

/// Ticks for every kind that has a schedule, for ever.
pub(super) async fn keep_ticking(services: Services, registry: Arc<[Registered]>) {
    let schedules = registry.iter().filter_map(|known| Some((known.kind, known.schedule?)));
    join_all(schedules.map(|(kind, schedule)| keep_ticking_for(&services, kind, schedule))).await;
}

async fn keep_ticking_for(services: &Services, kind: &'static str, schedule: Schedule) {
    let period = millis(schedule.every).max(1);
    loop {
        let tick = services.queue.time().now().div_euclid(period);
        match enqueue(services, kind, schedule, tick, period).await {
            Ok(Enqueued::New) => {
                services.queue.wakes().signal();
                tracing::debug!(job.name = kind, cron.tick = tick, "a regular job was enqueued");
            }
            Ok(Enqueued::Duplicate) => {}
            Err(error) => {
                let error = shared::error::chain(&error);
                tracing::debug!(
                    job.name = kind,
                    error,
                    "a regular job has to wait for its next tick"
                );
            }
        }
        let left = (tick + 1) * period - services.queue.time().now();
        // At least a moment: the database's time may just have been set back.
        services.clock.sleep(Duration::from_millis(u64::try_from(left).unwrap_or(0).max(1))).await;
    }
}

async fn enqueue(
    services: &Services,
    kind: &str,
    schedule: Schedule,
    tick: i64,
    period: i64,
) -> Result<Enqueued, DbError> {
    let mut job = (schedule.job)(tick * period);
    job.dedup_key = Some(format!("cron:{kind}:{tick}"));
    let job = &job;
    retry_contention(&services.clock, &services.rng, || async move {
        let mut tx = services.db.begin().await?;
        let enqueued = services.queue.enqueue_one(&mut tx, job).await?;
        tx.commit().await?;
        Ok(enqueued)
    })
    .await
}

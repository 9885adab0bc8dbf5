//! Whether somebody at a screen has to wait while a million messages do.

use std::time::{Duration, Instant};

use anyhow::Result;
use shared::jobs::queue_care;
use shared::queue::{Lane, NewJob, Order, Priority, Queue, Writer};
use shared::sql;
use testkit::Engine;

use super::Plan;
use crate::fill::fill;
use crate::place::Place;
use crate::progress::say;
use crate::results::{Budget, Outcome, Unit};
use crate::statistics::{Times, per_second};

/// Channels with messages.
const LANES: u64 = 1_000;
/// Jobs of people at their screens.
const JOBS: usize = 50;
/// Between them.
const PAUSE: Duration = Duration::from_millis(100);
/// Jobs that show that the worker is at work: events that were routed. Copies would come late, since lanes
/// take turns by their age.
const AT_WORK: usize = 200;
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let place = Place::make(engine, LANES).await?;
    let queue = &place.queue;
    queue.time().measure(queue.db()).await?;
    let began = Instant::now();
    let queued = fill(queue, plan.backlog, |number| place.events.job(number)).await?;
    let mut outcome = Outcome::default();
    let rate = per_second(usize::try_from(queued)?, began.elapsed());
    outcome.note("messages queued/s", Unit::PerSecond, rate);
    say(&format!("{queued} messages queued; a worker starts"));

    let worker = place.start_worker()?;
    if !is_at_work(queue).await? {
        outcome.problems.push("the worker does nothing".to_owned());
    }
    let since = queue.time().now();
    let writer = Writer::start(queue.clone());
    for number in 0..JOBS {
        writer.write(interactive_job(number, queue.time().now())).await?;
        tokio::time::sleep(PAUSE).await;
    }
    let times = finished(queue, since).await?;
    if times.len() < JOBS {
        outcome.problems.push(format!("{} jobs did not run", JOBS - times.len()));
    }
    let left = usize::try_from(plan.backlog)?.saturating_sub(place.slack.count());
    if left == 0 {
        outcome.problems.push("no message waited any more: `--backlog` is too short".to_owned());
    }
    outcome.note("interactive job, median", Unit::Milliseconds, times.percentile(50));
    outcome.judge(
        "interactive job, slowest of 50",
        Unit::Milliseconds,
        times.longest(),
        Budget::AtMost(300.0),
    );
    drop(worker);
    place.leave().await;
    Ok(outcome)
}

/// Waits until the worker has done some of the jobs.
async fn is_at_work(queue: &Queue) -> Result<bool> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let (done,): (i64,) = queue
            .db()
            .read(sql!(
                "SELECT COUNT(*) FROM jobs WHERE state = 'done' AND finished_at IS NOT NULL"
            ))
            .fetch_one()
            .await?;
        if usize::try_from(done)? >= AT_WORK {
            return Ok(true);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(false)
}

/// A job with almost nothing to do, in a lane of its own.
fn interactive_job(number: usize, now: i64) -> NewJob {
    NewJob {
        lane: Lane::named(format!("admin:bench{number}")),
        order: Order::At(now),
        priority: Priority::Interactive,
        kind: queue_care::NAME,
        payload: String::new(),
        dedup_key: None,
        coalesce_key: None,
    }
}

/// From the storing of each interactive job to its end. Waits for all of them, within reason.
async fn finished(queue: &Queue, since: i64) -> Result<Times> {
    let began = Instant::now();
    loop {
        let rows: Vec<(i64, i64)> = queue
            .db()
            .read(sql!(
                "SELECT created_at, finished_at FROM jobs
                 WHERE state = 'done' AND finished_at >= $1 AND lane LIKE 'admin:bench%'"
            ))
            .bind(since)
            .fetch_all()
            .await?;
        if rows.len() >= JOBS || began.elapsed() > PATIENCE {
            let took = rows.iter().map(|(created, finished)| {
                Duration::from_millis(u64::try_from(finished - created).unwrap_or(0))
            });
            return Ok(took.collect());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

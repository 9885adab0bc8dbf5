//! How long the lanes of a worker that was killed wait for another worker.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use shared::queue::Queue;
use shared::sql;
use testkit::Engine;

use super::Plan;
use crate::fill::fill;
use crate::place::Place;
use crate::results::{Budget, Outcome, Unit};

/// As many as one worker runs at once, each with a lane for its events and one for its copies.
const CHANNELS: u64 = 6;
/// Enough for each channel to be at work when the worker is killed.
const MESSAGES_PER_SECOND: u64 = 1_000;
/// Between looks.
const PAUSE: Duration = Duration::from_millis(5);
/// Whatever was not taken by then never will be.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let place = Place::make(engine, CHANNELS).await?;
    let count = MESSAGES_PER_SECOND * plan.load.as_secs();
    fill(&place.queue, count, |number| place.events.job(number)).await?;
    let first = place.start_worker()?;
    place.slack.wait_for(1, PATIENCE).await;
    let owner = only_owner(&place.queue).await?;
    let mut second = place.start_worker()?;
    second.line_with("working").await;

    first.signal("KILL");
    let killed_at = Instant::now();
    let held = lanes_of(&place.queue, &owner).await?;
    let mut outcome = Outcome::default();
    if held == 0 {
        outcome.problems.push("the worker held nothing when it was killed".to_owned());
    }
    while lanes_of(&place.queue, &owner).await? > 0 && killed_at.elapsed() < PATIENCE {
        tokio::time::sleep(PAUSE).await;
    }
    let took = killed_at.elapsed().as_secs_f64() * 1e3;
    let budget = Budget::AtMost(15_000.0);
    outcome.judge("killed worker's lanes, all taken over", Unit::Milliseconds, took, budget);
    drop((first, second));
    place.leave().await;
    Ok(outcome)
}

/// The worker that holds lanes.
async fn only_owner(queue: &Queue) -> Result<String> {
    let owners: Vec<(String,)> = queue
        .db()
        .read(sql!("SELECT DISTINCT owner FROM lanes WHERE owner IS NOT NULL"))
        .fetch_all()
        .await?;
    ensure!(owners.len() == 1, "{} workers hold lanes instead of one", owners.len());
    Ok(owners.into_iter().map(|(owner,)| owner).collect())
}

async fn lanes_of(queue: &Queue, owner: &str) -> Result<i64> {
    let (lanes,) = queue
        .db()
        .read(sql!("SELECT COUNT(*) FROM lanes WHERE owner = $1"))
        .bind(owner)
        .fetch_one()
        .await?;
    Ok(lanes)
}

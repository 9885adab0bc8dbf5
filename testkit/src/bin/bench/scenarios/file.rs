//! The largest file that Slack takes goes from one workspace to another through a worker, which keeps none of it.

use std::time::{Duration, Instant};

use anyhow::Result;
use shared::slack::file::FILE_MAX_BYTES;
use testkit::Engine;

use crate::fill::fill;
use crate::machine::memory;
use crate::place::Place;
use crate::results::{Budget, Outcome, Unit};

/// A file that is not through by then does not get through.
const PATIENCE: Duration = Duration::from_mins(5);
const LOADED: Budget = Budget::AtMost(80.0);

pub(super) async fn run(engine: Engine) -> Result<Outcome> {
    let place = Place::make(engine, 1).await?;
    let mut worker = place.start_worker()?;
    worker.line_with("working").await;
    let mut outcome = Outcome::default();

    let address = place.slack.file_address();
    let began = Instant::now();
    fill(&place.queue, 1, |number| place.events.file_job(number, &address, FILE_MAX_BYTES)).await?;
    let moved = place.slack.wait_for_file(PATIENCE).await;
    let took = began.elapsed();
    let most = memory(worker.id(), "VmHWM")?;
    outcome.judge("worker at most", Unit::Mebibytes, most, LOADED);
    outcome.note("event to its share", Unit::Milliseconds, took.as_secs_f64() * 1e3);
    if moved != Some(FILE_MAX_BYTES) {
        outcome.problems.push(format!("{moved:?} of {FILE_MAX_BYTES} bytes were shared"));
    }
    drop(worker);
    place.leave().await;
    Ok(outcome)
}

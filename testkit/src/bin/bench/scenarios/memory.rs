//! Memory of both processes: after a moment of doing nothing, and at most under load.

use std::time::Duration;

use anyhow::Result;
use testkit::Engine;

use super::{CHANNELS, Plan, deliver};
use crate::load::{Target, closed_loop};
use crate::machine::memory;
use crate::place::Place;
use crate::results::{Budget, Outcome, Unit};

/// What a process needs to start is given back by then.
const REST: Duration = Duration::from_secs(1);
const CONNECTIONS: usize = 64;
const IDLE: Budget = Budget::AtMost(30.0);
const LOADED: Budget = Budget::AtMost(80.0);

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let place = Place::make(engine, CHANNELS).await?;
    let ingress = place.start_ingress().await?;
    let mut worker = place.start_worker()?;
    worker.line_with("working").await;
    tokio::time::sleep(REST).await;
    let mut outcome = Outcome::default();
    outcome.judge("ingress idle", Unit::Mebibytes, memory(ingress.process.id(), "VmRSS")?, IDLE);
    outcome.judge("worker idle", Unit::Mebibytes, memory(worker.id(), "VmRSS")?, IDLE);
    worker.stop().await;

    let target = Target { address: ingress.address, events: place.events.clone() };
    let load = closed_loop(&target, CONNECTIONS, plan.load).await?;
    outcome.problems.extend(load.problems());
    outcome.judge(
        "ingress at most",
        Unit::Mebibytes,
        memory(ingress.process.id(), "VmHWM")?,
        LOADED,
    );

    drop(ingress);
    place.leave().await;

    // Of its own, since what ingress takes in seconds keeps a worker busy for minutes.
    let place = Place::make(engine, CHANNELS).await?;
    let began = deliver::fill_and_start(&place, plan).await?;
    let wanted = usize::try_from(began.count)?;
    let came = place.slack.wait_for(wanted, deliver::PATIENCE).await;
    outcome.judge("worker at most", Unit::Mebibytes, memory(began.worker.id(), "VmHWM")?, LOADED);
    if came < wanted {
        outcome.problems.push(format!("{} messages were not copied", wanted - came));
    }
    drop(began);
    place.leave().await;
    Ok(outcome)
}

//! From the moment an event is sent to us to the moment its copy arrives at Slack.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Result;
use testkit::{Engine, Process};

use super::{CHANNELS, Plan};
use crate::load::{Load, Target, open_loop};
use crate::place::{Ingress, Place};
use crate::results::{Budget, Outcome, Unit};
use crate::slack::Arrival;
use crate::statistics::Times;

/// Events a second of an idle system: one every 200 ms.
const IDLE: f64 = 5.0;
/// Idle events are few; a percentile wants more of them.
const IDLE_LOADS: u32 = 4;
/// Events a second under load: a quarter of what has to be delivered.
const BUSY: f64 = 250.0;
const BUSY_CONNECTIONS: usize = 16;
/// When no copy came for so long, no other will.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let place = Place::make(engine, CHANNELS).await?;
    let mut outcome = Outcome::default();
    let running = start(engine, &place, &mut outcome).await?;
    let target = &running.target;
    let idle = open_loop(target, 1, IDLE, plan.load * IDLE_LOADS).await?;
    let times = copied(&place, &idle, &mut outcome).await;
    let (p50, p99) = match engine {
        // It has no way to be told of commits: it asks.
        Engine::MySql => (None, 120.0),
        Engine::Postgres | Engine::Sqlite => (Some(15.0), 60.0),
    };
    match p50 {
        Some(p50) => {
            outcome.judge(
                "idle p50",
                Unit::Milliseconds,
                times.percentile(50),
                Budget::AtMost(p50),
            );
        }
        None => outcome.note("idle p50", Unit::Milliseconds, times.percentile(50)),
    }
    outcome.judge("idle p99", Unit::Milliseconds, times.percentile(99), Budget::AtMost(p99));

    let busy = open_loop(target, BUSY_CONNECTIONS, BUSY, plan.load).await?;
    let times = copied(&place, &busy, &mut outcome).await;
    outcome.note("250 events/s p50", Unit::Milliseconds, times.percentile(50));
    outcome.note("250 events/s p99", Unit::Milliseconds, times.percentile(99));
    drop(running);
    place.leave().await;
    Ok(outcome)
}

/// Both halves, at work.
pub(super) struct Running {
    pub(super) target: Target,
    _ingress: Ingress,
    _worker: Option<Process>,
}

/// Starts both halves. Names are asked for, and statements prepared.
pub(super) async fn start(engine: Engine, place: &Place, outcome: &mut Outcome) -> Result<Running> {
    // Where the database is a file, so it is run: one process, whose halves signal each other.
    let mut ingress = match engine {
        Engine::Sqlite => place.start_both().await?,
        Engine::Postgres | Engine::MySql => place.start_ingress().await?,
    };
    let mut worker = match engine {
        Engine::Sqlite => None,
        Engine::Postgres | Engine::MySql => Some(place.start_worker()?),
    };
    let working = worker.as_mut().unwrap_or(&mut ingress.process);
    working.line_with("working").await;
    let target = Target { address: ingress.address, events: place.events.clone() };
    let warm_up = open_loop(&target, 1, IDLE, Duration::from_secs(1)).await?;
    copied(place, &warm_up, outcome).await;
    Ok(Running { target, _ingress: ingress, _worker: worker })
}

/// Waits for the copies of a load, and says how long each took.
pub(super) async fn copied(place: &Place, load: &Load, outcome: &mut Outcome) -> Times {
    outcome.problems.extend(load.problems());
    let due: HashMap<_, _> =
        load.acknowledged.iter().map(|event| (event.number, event.due)).collect();
    let is_of_load = |arrival: &Arrival| due.contains_key(&arrival.number);
    // Every load is waited for, so whatever came before this one is counted already.
    let before = place.slack.arrivals().iter().filter(|arrival| !is_of_load(arrival)).count();
    let wanted = before + due.len();
    let came = place.slack.wait_for(wanted, PATIENCE).await;
    if came < wanted {
        outcome.problems.push(format!("{} messages were not copied", wanted - came));
    }
    let arrivals = place.slack.arrivals();
    let times = arrivals.iter().filter_map(|arrival| {
        Some(arrival.at.saturating_duration_since(*due.get(&arrival.number)?))
    });
    times.collect()
}

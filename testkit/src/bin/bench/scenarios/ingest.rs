//! How fast events become durable over HTTP, and how that compares with what the database does alone.

use std::time::Duration;

use anyhow::Result;
use testkit::Engine;

use super::{CHANNELS, Plan};
use crate::commits;
use crate::load::{Load, Target, closed_loop, open_loop};
use crate::place::Place;
use crate::results::{Budget, Outcome, Unit};

/// Statements are prepared and connections opened before anything counts.
const WARM_UP: Duration = Duration::from_millis(300);
/// Numbers of connections; the budget is for [`BUSY`] of them.
const CONNECTIONS: [usize; 4] = [1, 16, BUSY, 256];
const BUSY: usize = 64;

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let place = Place::make(engine, CHANNELS).await?;
    let ingress = place.start_ingress().await?;
    let target = Target { address: ingress.address, events: place.events.clone() };
    let mut outcome = Outcome::default();
    let mut loads = vec![closed_loop(&target, 16, WARM_UP).await?];
    let mut busy_rate = 0.0;
    for connections in CONNECTIONS {
        let load = closed_loop(&target, connections, plan.load).await?;
        let what = format!("events/s, {connections} connections");
        if connections == BUSY {
            busy_rate = load.rate();
            outcome.judge(&what, Unit::PerSecond, busy_rate, Budget::AtLeast(10_000.0));
        } else {
            outcome.note(&what, Unit::PerSecond, load.rate());
        }
        if connections == 1 {
            let times = load.times();
            outcome.judge(
                "ack idle p50",
                Unit::Milliseconds,
                times.percentile(50),
                Budget::AtMost(2.0),
            );
            outcome.judge(
                "ack idle p99",
                Unit::Milliseconds,
                times.percentile(99),
                Budget::AtMost(10.0),
            );
        }
        loads.push(load);
    }
    if busy_rate > 0.0 {
        let load = open_loop(&target, BUSY, busy_rate / 2.0, plan.load).await?;
        let times = load.times();
        outcome.note("rate of the open loop", Unit::PerSecond, load.rate());
        outcome.note("ack at half rate p50", Unit::Milliseconds, times.percentile(50));
        outcome.note("ack at half rate p99", Unit::Milliseconds, times.percentile(99));
        loads.push(load);
    }
    let alone = commits::per_second_alone(&place, plan.load).await?;
    outcome.note("single-row commits/s, 64 clients", Unit::PerSecond, alone);
    outcome.judge("events by commits", Unit::Times, busy_rate / alone, Budget::AtLeast(1.0));

    outcome.problems.extend(loads.iter().flat_map(Load::problems));
    place.find(loads.iter().flat_map(Load::numbers)).await?.judge(&mut outcome);
    drop(ingress);
    place.leave().await;
    Ok(outcome)
}

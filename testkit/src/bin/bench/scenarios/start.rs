//! How long ingress takes from its start to its first answer, on a database that is up to date.

use anyhow::Result;
use testkit::Engine;

use crate::place::Place;
use crate::results::{Budget, Outcome, Unit};
use crate::statistics::Times;

/// Starts of one round.
const STARTS: usize = 10;

pub(super) async fn run(engine: Engine) -> Result<Outcome> {
    let place = Place::make(engine, 1).await?;
    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        starts.push(place.start_ingress().await?.started_in);
    }
    let times: Times = starts.into_iter().collect();
    let mut outcome = Outcome::default();
    outcome.judge(
        "start to first answer",
        Unit::Milliseconds,
        times.percentile(50),
        Budget::AtMost(100.0),
    );
    outcome.note("slowest of ten starts", Unit::Milliseconds, times.longest());
    place.leave().await;
    Ok(outcome)
}

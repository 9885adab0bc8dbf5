//! Nothing that was acknowledged is lost when ingress is killed in the middle of a load, and nothing is
//! stored twice when Slack sends again what was not answered.

use anyhow::Result;
use testkit::Engine;

use super::{CHANNELS, Plan};
use crate::load::{Load, Target, closed_loop, send_again};
use crate::place::Place;
use crate::results::{Outcome, Unit};
use crate::statistics::as_number;

const CONNECTIONS: usize = 64;

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let place = Place::make(engine, CHANNELS).await?;
    let ingress = place.start_ingress().await?;
    let mut target = Target { address: ingress.address, events: place.events.clone() };
    let loading = tokio::spawn({
        let target = target.clone();
        async move { closed_loop(&target, CONNECTIONS, plan.load * 2).await }
    });
    tokio::time::sleep(plan.load).await;
    ingress.process.signal("KILL");
    // Every connection ends with it, and so does the load.
    let before = loading.await??;

    let ingress = place.start_ingress().await?;
    target.address = ingress.address;
    let again = send_again(&target, &before.unanswered).await?;
    let after = closed_loop(&target, CONNECTIONS, plan.load).await?;

    let mut outcome = Outcome::default();
    let count = |load: &Load| as_number(load.acknowledged.len());
    outcome.note("acknowledged before the kill", Unit::Count, count(&before));
    outcome.note("unanswered, sent again", Unit::Count, count(&again));
    outcome.note("acknowledged afterwards", Unit::Count, count(&after));
    if before.unanswered.is_empty() {
        outcome.problems.push("ingress was not killed under load".to_owned());
    }
    outcome.problems.extend(before.refused.iter().map(|(status, count)| {
        format!("{count} requests were answered with {status} before the kill")
    }));
    outcome.problems.extend([&again, &after].into_iter().flat_map(Load::problems));
    let acknowledged = [&before, &again, &after].into_iter().flat_map(Load::numbers);
    place.find(acknowledged).await?.judge(&mut outcome);
    drop(ingress);
    place.leave().await;
    Ok(outcome)
}

//! Nothing that was acknowledged is lost when ingress or the database's server is killed in the middle of a
//! load, and nothing is stored twice when Slack sends again what was not acknowledged.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use testkit::{Engine, OwnServer, TestDatabase};

use super::{CHANNELS, Plan};
use crate::load::{Acknowledged, Load, Target, closed_loop, send_again};
use crate::place::Place;
use crate::results::{Outcome, Unit};
use crate::statistics::as_number;

const CONNECTIONS: usize = 64;
/// What ingress says to an event that it cannot store now.
const TRY_AGAIN: u16 = 503;
/// An ingress whose database is back acknowledges events by then.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    kill_ingress(engine, plan, &mut outcome).await?;
    // That of SQLite is ingress itself.
    if engine != Engine::Sqlite {
        match OwnServer::start(engine).await {
            Ok(server) => kill_server(server, plan, &mut outcome).await?,
            Err(why) => outcome.problems.push(format!("no server could be killed: {why}")),
        }
    }
    Ok(outcome)
}

async fn kill_ingress(engine: Engine, plan: Plan, outcome: &mut Outcome) -> Result<()> {
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

    outcome.note("acknowledged before the kill", Unit::Count, count(&before));
    outcome.note("unanswered, sent again", Unit::Count, count(&again));
    outcome.note("acknowledged afterwards", Unit::Count, count(&after));
    if before.unanswered.is_empty() {
        outcome.problems.push("ingress was not killed under load".to_owned());
    }
    outcome.problems.extend(before.refused.iter().map(|(status, events)| {
        format!("{} requests were answered with {status} before the kill", events.len())
    }));
    outcome.problems.extend([&again, &after].into_iter().flat_map(Load::problems));
    let acknowledged = [&before, &again, &after].into_iter().flat_map(Load::numbers);
    place.find(acknowledged).await?.judge(outcome);
    drop(ingress);
    place.leave().await;
    Ok(())
}

async fn kill_server(mut server: OwnServer, plan: Plan, outcome: &mut Outcome) -> Result<()> {
    let place = Place::make_on(TestDatabase::on(&server), CHANNELS).await?;
    let ingress = place.start_ingress().await?;
    let target = Target { address: ingress.address, events: place.events.clone() };
    let loading = tokio::spawn({
        let target = target.clone();
        async move { closed_loop(&target, CONNECTIONS, plan.load * 2).await }
    });
    tokio::time::sleep(plan.load).await;
    tokio::task::block_in_place(|| server.kill());
    let killed = Instant::now();
    server.restart().await;
    let mut during = loading.await??;

    let first = until_acknowledged(&target).await?;
    let refused = during.refused.remove(&TRY_AGAIN).unwrap_or_default();
    let again = send_again(&target, &refused).await?;
    let after = closed_loop(&target, CONNECTIONS, plan.load).await?;

    let before = during.acknowledged.iter().filter(|event| event.due + event.took < killed).count();
    let since = during.acknowledged.len() - before + first.acknowledged.len();
    let since = as_number(since + after.acknowledged.len());
    outcome.note("acknowledged before the server's kill", Unit::Count, as_number(before));
    outcome.note("refused without a server, sent again", Unit::Count, count(&again));
    outcome.note("acknowledged after the server's kill", Unit::Count, since);
    // Ingress may have waited for the server rather than refuse.
    let is_held_up = |event: &Acknowledged| event.due < killed && event.due + event.took > killed;
    if refused.is_empty() && !during.acknowledged.iter().any(is_held_up) {
        outcome.problems.push("the server was not killed under load".to_owned());
    }
    outcome.problems.extend([&during, &again, &after].into_iter().flat_map(Load::problems));
    let acknowledged = [&during, &first, &again, &after].into_iter().flat_map(Load::numbers);
    place.find(acknowledged).await?.judge_as(
        "acknowledged events lost with the server",
        "events stored twice, server killed",
        outcome,
    );
    drop(ingress);
    place.leave().await;
    Ok(())
}

fn count(load: &Load) -> f64 {
    as_number(load.acknowledged.len())
}

/// Sends new events until one of them is acknowledged; nobody else helps ingress to find its database again.
async fn until_acknowledged(target: &Target) -> Result<Load> {
    let began = Instant::now();
    loop {
        let load = send_again(target, &[target.events.next()]).await?;
        if !load.acknowledged.is_empty() {
            return Ok(load);
        }
        ensure!(began.elapsed() < PATIENCE, "ingress refuses events although its database is back");
        tokio::time::sleep(PAUSE).await;
    }
}

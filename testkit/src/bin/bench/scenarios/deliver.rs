//! How many copies a second one worker makes when the queue is full and Slack answers at once.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use anyhow::Result;
use testkit::{Engine, Process};

use super::{CHANNELS, Plan};
use crate::events::target_channel;
use crate::fill::fill;
use crate::place::Place;
use crate::results::{Budget, Outcome, Unit};
use crate::slack::Arrival;
use crate::statistics::per_second;

/// Messages for each second of a load: twice the budget, so that the worker is busy for a while.
const MESSAGES_PER_SECOND: u64 = 2_000;
/// When no copy came for so long, no other will. All messages may be routed before the first is delivered.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let place = Place::make(engine, CHANNELS).await?;
    let mut outcome = Outcome::default();
    let began = fill_and_start(&place, plan).await?;
    let (worker, count) = (began.worker, began.count);
    place.slack.wait_for(usize::try_from(count)?, PATIENCE).await;
    // What comes twice comes a little later.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let arrivals = place.slack.arrivals();
    drop(worker);

    outcome.problems = faults(&arrivals, count);
    let (mut delivering, mut first, mut in_all) = (f64::NAN, f64::NAN, f64::NAN);
    if let (Some(one), Some(last)) = (arrivals.first(), arrivals.last()) {
        delivering = per_second(arrivals.len() - 1, last.at - one.at);
        first = (one.at - began.at).as_secs_f64() * 1e3;
        in_all = per_second(arrivals.len(), last.at - began.at);
    }
    let budget = Budget::AtLeast(1_000.0);
    outcome.judge("deliveries/s, first to last", Unit::PerSecond, delivering, budget);
    // Lanes take turns by their age, so most messages are routed before the first is delivered: the rate
    // above leaves that out, this one does not.
    outcome.note("messages/s, routing included", Unit::PerSecond, in_all);
    outcome.note("worker's start to first copy", Unit::Milliseconds, first);
    place.leave().await;
    Ok(outcome)
}

/// A worker before a full queue.
pub(super) struct Began {
    pub(super) worker: Process,
    pub(super) at: Instant,
    /// Messages in the queue.
    pub(super) count: u64,
}

pub(super) async fn fill_and_start(place: &Place, plan: Plan) -> Result<Began> {
    let count = MESSAGES_PER_SECOND * plan.load.as_secs();
    fill(&place.queue, count, |number| place.events.job(number)).await?;
    let at = Instant::now();
    Ok(Began { worker: place.start_worker()?, at, count })
}

/// What is wrong with the copies of `count` messages: each comes once, to its channel, in its turn.
fn faults(arrivals: &[Arrival], count: u64) -> Vec<String> {
    let (mut seen, mut repeated, mut astray) = (HashSet::new(), 0, 0);
    let mut by_channel: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for arrival in arrivals {
        repeated += usize::from(!seen.insert(arrival.number));
        astray += usize::from(arrival.channel != target_channel(arrival.number % CHANNELS));
        by_channel.entry(&arrival.channel).or_default().push(arrival.number);
    }
    let missing = (0..count).filter(|number| !seen.contains(number)).count();
    let disordered = by_channel.values().filter(|numbers| !numbers.is_sorted()).count();
    let faults = [
        (missing, "messages were not copied"),
        (repeated, "messages were copied again"),
        (astray, "copies came to another channel"),
        (disordered, "channels have messages out of their order"),
    ];
    let found = faults.into_iter().filter(|(count, _)| *count > 0);
    found.map(|(count, what)| format!("{count} {what}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(numbers: &[u64]) -> Vec<Arrival> {
        let arrival = |&number| Arrival {
            number,
            channel: target_channel(number % CHANNELS),
            at: Instant::now(),
        };
        numbers.iter().map(arrival).collect()
    }

    #[test]
    fn copies_that_come_once_and_in_their_turn_have_no_fault() {
        assert!(faults(&arrivals(&[1, 0, 201, 200]), 2).is_empty());
    }

    #[test]
    fn every_other_copy_is_a_fault() {
        let mut arrivals = arrivals(&[201, 1, 1, 0]);
        arrivals[3].channel = target_channel(7);
        assert_eq!(
            faults(&arrivals, 3),
            [
                "1 messages were not copied",
                "1 messages were copied again",
                "1 copies came to another channel",
                "1 channels have messages out of their order",
            ]
        );
    }
}

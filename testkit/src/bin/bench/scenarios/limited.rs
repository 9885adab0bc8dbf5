//! How long messages of the others take while Slack limits one channel: nobody waits for somebody else.

use anyhow::Result;
use testkit::Engine;

use super::latency::{copied, start};
use super::{CHANNELS, Plan};
use crate::events::target_channel;
use crate::load::{Load, open_loop};
use crate::place::Place;
use crate::results::{Outcome, Unit};

/// Events a second: the limited channel gets one in a while, and is asked about once a second.
const RATE: f64 = 100.0;
const CONNECTIONS: usize = 4;
/// The channel that Slack limits.
const LIMITED: u64 = 0;

pub(super) async fn run(engine: Engine, plan: Plan) -> Result<Outcome> {
    let place = Place::make(engine, CHANNELS).await?;
    let mut outcome = Outcome::default();
    let running = start(engine, &place, &mut outcome).await?;

    let free = open_loop(&running.target, CONNECTIONS, RATE, plan.load).await?;
    let free = copied(&place, &free, &mut outcome).await;

    place.slack.limit(Some(target_channel(LIMITED)));
    let mut others = open_loop(&running.target, CONNECTIONS, RATE, plan.load).await?;
    let (limited, rest) =
        others.acknowledged.into_iter().partition(|event| event.number % CHANNELS == LIMITED);
    others.acknowledged = rest;
    let beside = copied(&place, &others, &mut outcome).await;
    place.slack.limit(None);
    let limited = Load { acknowledged: limited, ..Load::default() };
    // They come late, and they come.
    copied(&place, &limited, &mut outcome).await;

    for percentile in [50, 99] {
        let (free, beside) = (free.percentile(percentile), beside.percentile(percentile));
        outcome.note(&format!("no channel limited p{percentile}"), Unit::Milliseconds, free);
        outcome.note(&format!("the others p{percentile}"), Unit::Milliseconds, beside);
        outcome.note(&format!("ratio p{percentile}"), Unit::Times, beside / free);
    }
    drop(running);
    place.leave().await;
    Ok(outcome)
}

//! What is measured: one file a scenario, one call a round, on a database of its own.

mod backlog;
mod deliver;
mod durability;
mod file;
mod ingest;
mod latency;
mod limited;
mod memory;
mod start;
mod takeover;

use std::time::Duration;

use anyhow::Result;
use testkit::Engine;

use crate::arguments::Scenario;
use crate::results::Outcome;

/// Channels that messages come from, unless a scenario is about their number.
const CHANNELS: u64 = 200;

/// How long and how much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// The time of one load.
    pub(crate) load: Duration,
    /// Messages that wait in `backlog`.
    pub(crate) backlog: u64,
}

impl Scenario {
    /// One round.
    pub(crate) async fn run(self, engine: Engine, plan: Plan) -> Result<Outcome> {
        match self {
            Self::Ingest => ingest::run(engine, plan).await,
            Self::Latency => latency::run(engine, plan).await,
            Self::Limited => limited::run(engine, plan).await,
            Self::Deliver => deliver::run(engine, plan).await,
            Self::File => file::run(engine).await,
            Self::Start => start::run(engine).await,
            Self::Memory => memory::run(engine, plan).await,
            Self::Backlog => backlog::run(engine, plan).await,
            Self::Takeover => takeover::run(engine, plan).await,
            Self::Durability => durability::run(engine, plan).await,
        }
    }
}

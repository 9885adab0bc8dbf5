//! What is to be measured, where, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use testkit::Engine;

/// Measures SyncBot: real processes of the release build on real databases
///
/// Called by `cargo xtask bench`, which finds the servers and builds the programs.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Arguments {
    /// What to measure; everything, if none is named
    pub(crate) scenarios: Vec<Scenario>,

    /// On which databases
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "sqlite,postgres,mysql",
        value_name = "LIST"
    )]
    pub(crate) databases: Vec<Database>,

    /// How often each scenario is measured on each database; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) rounds: u64,

    /// How long each load lasts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seconds: u64,

    /// Messages that wait in the scenario `backlog`
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    pub(crate) backlog: u64,

    /// Folder of `PERFORMANCE.md` and `performance/`; what was measured there before and is not measured
    /// now stays
    #[arg(long, default_value = "docs", value_name = "FOLDER")]
    pub(crate) output: PathBuf,

    /// Measure nothing: make page and plots anew from `performance/results.json`
    #[arg(long)]
    pub(crate) render: bool,
}

/// A scenario; one file each in `scenarios/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Scenario {
    /// Durable events a second at several numbers of connections, and how long each takes
    Ingest,
    /// From an event to the call of Slack that copies it
    Latency,
    /// From an event to the call that copies it, while Slack limits another channel
    Limited,
    /// Copies a second, from a full queue
    Deliver,
    /// Memory of a worker while the largest file that Slack takes passes through
    File,
    /// From the start of ingress to its first answer
    Start,
    /// Memory of ingress and worker, idle and under load
    Memory,
    /// How long somebody at a screen waits while a million messages do
    Backlog,
    /// How long the lanes of a killed worker wait for another worker
    Takeover,
    /// Nothing that was acknowledged is lost when ingress is killed, or the database's server
    Durability,
}

/// A kind of database, by the name that `cargo xtask test` has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
    Mysql,
}

impl Arguments {
    /// The scenarios to run, in their own order.
    pub(crate) fn scenarios(&self) -> Vec<Scenario> {
        let all = Scenario::value_variants().iter().copied();
        all.filter(|scenario| self.scenarios.is_empty() || self.scenarios.contains(scenario))
            .collect()
    }

    /// The databases to run them on, each once.
    pub(crate) fn engines(&self) -> Vec<Engine> {
        let all = Database::value_variants().iter();
        all.filter(|database| self.databases.contains(database))
            .map(|database| database.engine())
            .collect()
    }

    pub(crate) fn load(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

impl Scenario {
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

impl Database {
    fn engine(self) -> Engine {
        match self {
            Self::Sqlite => Engine::Sqlite,
            Self::Postgres => Engine::Postgres,
            Self::Mysql => Engine::MySql,
        }
    }
}

//! `syncbot queue`: what operators see of the queue, and what they do to it.
//!
//! Answers go to standard output and nothing else does, so that scripts can read them; progress and errors
//! go to standard error. Exit status: 0, 1 if something could not be done, 2 if it was not understood.

mod arguments;
mod dead;
mod discard;
mod hold;
mod json;
mod retry;
mod say;
mod show;
mod stats;
mod table;
mod words;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use shared::clock::Clock;
use shared::config::{QueueConfig, Source};
use shared::db::{Db, Patience};
use shared::process::EXIT_CONFIG;
use shared::queue::Queue;
use shared::rng::Rng;

/// Options of `syncbot queue`.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Start with `syncbot queue stats`. Messages that could not be delivered are dead jobs:\n\
        `syncbot queue dead` lists them with the reason, and once that is put right,\n\
        `syncbot queue retry` delivers them.\n\n\
        It reads the same DATABASE_ variables as the processes of SyncBot (docs/CONFIG.md)."
)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show how the queue is doing: lanes, jobs, what waits, holds in force
    Stats(stats::Options),
    /// List the jobs that failed for good, the latest first
    Dead(dead::Options),
    /// Show one job
    Show(show::Options),
    /// Run dead jobs again, in their old places
    Retry(retry::Options),
    /// Delete dead jobs; what they were to do is not done
    Discard(discard::Options),
    /// Let nothing go to a workspace, a channel or another instance for a while
    Hold(hold::HoldOptions),
    /// End a hold before its time
    Release(hold::ReleaseOptions),
}

/// What the commands work with.
struct Desk {
    queue: Queue,
    clock: Clock,
    rng: Rng,
}

/// Whether everything that was asked for could be done. What could not was said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    NotAll,
}

pub(crate) fn main(options: Options) -> ExitCode {
    let loaded = match QueueConfig::load(Source::of_process()) {
        Ok(loaded) => loaded,
        Err(error) => {
            say::aside(&format!("syncbot queue: {error}"));
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    for warning in &loaded.warnings {
        say::aside(&format!("Warning: {warning}"));
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say::aside(&format!("syncbot queue: the runtime cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(&loaded.config, options.command)) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NotAll) => ExitCode::FAILURE,
        Err(error) => {
            say::aside(&format!("syncbot queue: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(config: &QueueConfig, command: Command) -> anyhow::Result<Outcome> {
    let desk = Desk::open(config).await?;
    let outcome = match command {
        Command::Stats(options) => stats::stats(&desk, &options).await,
        Command::Dead(options) => dead::dead(&desk, &options).await,
        Command::Show(options) => show::show(&desk, &options).await,
        Command::Retry(options) => retry::retry(&desk, &options).await,
        Command::Discard(options) => discard::discard(&desk, &options).await,
        Command::Hold(options) => hold::hold(&desk, &options).await,
        Command::Release(options) => hold::release(&desk, &options).await,
    };
    desk.queue.db().close().await;
    outcome
}

/// A person waits: a database that is not there is said to be away at once.
const PATIENCE: Patience = Patience { tries: 2, pause: Duration::from_secs(1) };
/// Statements come one after the other; the second is for telling workers meanwhile.
const CONNECTIONS: u32 = 2;

impl Desk {
    async fn open(config: &QueueConfig) -> anyhow::Result<Self> {
        let (clock, rng) = (Clock::system(), Rng::system());
        let db = Db::open_existing(&config.database, CONNECTIONS, PATIENCE, &clock).await?;
        let queue = Queue::new(db, clock.clone(), rng.clone());
        // Ages and ends of holds are on the database's clock.
        queue.time().measure(queue.db()).await?;
        Ok(Self { queue, clock, rng })
    }

    /// Now, in queue time.
    fn now(&self) -> i64 {
        self.queue.time().now()
    }
}

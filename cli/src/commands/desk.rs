//! What commands of operators work with, and how they end.
//!
//! Answers go to standard output and nothing else does, so that scripts can read them; progress and errors
//! go to standard error. Exit status: 0, 1 if something could not be done, 2 if it was not understood.

use std::process::ExitCode;
use std::time::Duration;

use shared::clock::Clock;
use shared::config::{ConfigError, DatabaseConfig, Loaded, QueueConfig, Source};
use shared::db::{Db, DbError, Patience, retry_contention};
use shared::process::EXIT_CONFIG;
use shared::queue::Queue;
use shared::rng::Rng;
use shared::tables::audit::{self, Entry};

use super::say;

/// The database, and what is needed to change it.
pub(super) struct Desk {
    pub(super) queue: Queue,
    pub(super) clock: Clock,
    pub(super) rng: Rng,
}

/// Whether everything that was asked for could be done. What could not was said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    NotAll,
}

/// Runs a command that needs the database alone, such as `syncbot queue`, and says why it could not be done.
pub(super) fn main(
    command: &str,
    work: impl AsyncFnOnce(&Desk) -> anyhow::Result<Outcome>,
) -> ExitCode {
    let loaded = QueueConfig::load(Source::of_process());
    main_with(command, loaded, |config| &config.database, async |desk, _| work(desk).await)
}

/// As [`main`], for a command that needs more than the database.
pub(super) fn main_with<C>(
    command: &str,
    loaded: Result<Loaded<C>, ConfigError>,
    database: impl FnOnce(&C) -> &DatabaseConfig,
    work: impl AsyncFnOnce(&Desk, &C) -> anyhow::Result<Outcome>,
) -> ExitCode {
    shared::failpoint::arm();
    let Loaded { config, warnings } = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            say::aside(&format!("{command}: {error}"));
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    for warning in &warnings {
        say::aside(&format!("Warning: {warning}"));
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            say::aside(&format!("{command}: the runtime cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let worked = runtime.block_on(async {
        let desk = Desk::open(database(&config)).await?;
        let outcome = work(&desk, &config).await;
        desk.queue.db().close().await;
        outcome
    });
    match worked {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::NotAll) => ExitCode::FAILURE,
        Err(error) => {
            say::aside(&format!("{command}: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// A person waits: a database that is not there is said to be away at once.
const PATIENCE: Patience = Patience { tries: 2, pause: Duration::from_secs(1) };
/// Statements come one after the other; the second is for telling workers meanwhile.
const CONNECTIONS: u32 = 2;

impl Desk {
    async fn open(database: &DatabaseConfig) -> anyhow::Result<Self> {
        let (clock, rng) = (Clock::system(), Rng::system());
        let db = Db::open_existing(database, CONNECTIONS, PATIENCE, &clock).await?;
        let queue = Queue::new(db, clock.clone(), rng.clone());
        // Ages and ends of holds are on the database's clock.
        queue.time().measure(queue.db()).await?;
        Ok(Self { queue, clock, rng })
    }

    /// Notes what an operator does, where that is no transaction of its own.
    pub(super) async fn note(&self, entry: &Entry<'_>) -> Result<(), DbError> {
        retry_contention(&self.clock, &self.rng, || async {
            let mut tx = self.queue.db().begin().await?;
            audit::note(&mut tx, entry, &self.clock, &self.rng).await?;
            tx.commit().await
        })
        .await
    }

    /// Now, in queue time.
    pub(super) fn now(&self) -> i64 {
        self.queue.time().now()
    }
}

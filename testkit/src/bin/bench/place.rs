//! A fresh database with two workspaces whose channels are in step, and SyncBot's release processes on it.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use secrecy::SecretString;
use shared::clock::Clock;
use shared::config::{RunConfig, Source};
use shared::db::{Db, Patience};
use shared::ids::ChannelId;
use shared::queue::Queue;
use shared::rng::Rng;
use shared::sql;
use testkit::{Engine, Process, TestDatabase, process_variables};
use worker::{Services, install};

use crate::events::{Events, number_of_key, source_channel, target_channel};
use crate::http::Connection;
use crate::results::{Budget, Outcome, Unit};
use crate::slack::{FakeSlack, TOKENS};
use crate::statistics::as_number;

/// Everything that a scenario needs.
pub(crate) struct Place {
    pub(crate) slack: FakeSlack,
    pub(crate) events: Arc<Events>,
    pub(crate) queue: Queue,
    variables: Vec<(&'static str, String)>,
    /// The last to go.
    pub(crate) database: TestDatabase,
}

/// A running ingress.
pub(crate) struct Ingress {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// From before its start to its first answer.
    pub(crate) started_in: Duration,
}

/// What of the acknowledged is in the database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// Events that are not there.
    pub(crate) lost: usize,
    /// Events that are there more than once.
    pub(crate) repeated: usize,
}

/// A process that is not up by then will not be.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// Between questions whether it is up; each failed one costs a few microseconds.
const START_PAUSE: Duration = Duration::from_micros(500);

impl Found {
    /// Writes it down: every event that was acknowledged is there, once.
    pub(crate) fn judge(self, outcome: &mut Outcome) {
        self.judge_as("acknowledged events lost", "events stored twice", outcome);
    }

    /// As [`Found::judge`], by names of its own.
    pub(crate) fn judge_as(self, lost: &str, repeated: &str, outcome: &mut Outcome) {
        let none = Budget::AtMost(0.0);
        outcome.judge(lost, Unit::Count, as_number(self.lost), none);
        outcome.judge(repeated, Unit::Count, as_number(self.repeated), none);
    }
}

impl Place {
    /// Makes it, with so many channels in each workspace.
    pub(crate) async fn make(engine: Engine, channels: u64) -> Result<Self> {
        Self::make_on(TestDatabase::create(engine), channels).await
    }

    /// As [`Place::make`], on this database.
    pub(crate) async fn make_on(database: TestDatabase, channels: u64) -> Result<Self> {
        let clock = Clock::system();
        let slack = FakeSlack::start().await?;
        let mut variables = process_variables(&slack.api_url, &database);
        // As an operator has it: a line for each request would be measured as well.
        variables.retain(|(name, _)| *name != "LOG_LEVEL");
        let source = Source::fixed(variables.iter().map(|(name, value)| (*name, value.as_str())));
        let config = RunConfig::load(source)?.config;
        let db = database.open().await;
        let services = Services::on(db, &config.worker, clock.clone(), Rng::system()).await?;
        share(&services, channels).await?;
        let events = Arc::new(Events::over(channels, clock));
        Ok(Self { slack, events, queue: services.queue, variables, database })
    }

    /// Starts ingress and waits for its first answer.
    pub(crate) async fn start_ingress(&self) -> Result<Ingress> {
        self.start_serving("syncbot-ingress", &[]).await
    }

    /// Starts ingress and worker as one process, and waits for its first answer.
    pub(crate) async fn start_both(&self) -> Result<Ingress> {
        self.start_serving("syncbot", &["run"]).await
    }

    async fn start_serving(&self, name: &str, arguments: &[&str]) -> Result<Ingress> {
        let port = free_port()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut variables = self.variables.clone();
        variables.retain(|(name, _)| *name != "PORT");
        variables.push(("PORT", port.to_string()));
        let began = Instant::now();
        let process = Process::start_program(&program(name)?, arguments, variables);
        while !is_up(address).await {
            ensure!(
                began.elapsed() < START_PATIENCE,
                "{name} does not start:\n{}",
                process.output()
            );
            tokio::time::sleep(START_PAUSE).await;
        }
        Ok(Ingress { process, address, started_in: began.elapsed() })
    }

    /// Starts a worker.
    pub(crate) fn start_worker(&self) -> Result<Process> {
        Ok(Process::start_program(&program("syncbot-worker")?, &[], self.variables.clone()))
    }

    /// How often each event is in the database, by its number.
    async fn stored(&self) -> Result<HashMap<u64, usize>> {
        // Older connections went with a server that was killed.
        let config = self.database.config();
        let db = Db::open_existing(config, 1, Patience::default(), &Clock::system()).await?;
        let keys = db
            .read(sql!("SELECT dedup_key FROM jobs WHERE kind = $1 AND dedup_key IS NOT NULL"))
            .bind(shared::jobs::route_event::NAME)
            .fetch_all::<(String,)>()
            .await?;
        db.close().await;
        let mut stored = HashMap::with_capacity(keys.len());
        for number in keys.iter().filter_map(|(key,)| number_of_key(key)) {
            *stored.entry(number).or_default() += 1;
        }
        Ok(stored)
    }

    /// Looks for everything that was acknowledged.
    pub(crate) async fn find(&self, acknowledged: impl Iterator<Item = u64>) -> Result<Found> {
        let stored = self.stored().await?;
        let lost = acknowledged.filter(|number| !stored.contains_key(number)).count();
        let repeated = stored.values().filter(|count| **count > 1).count();
        Ok(Found { lost, repeated })
    }

    /// Ends what the bench itself has open. The database goes with it.
    pub(crate) async fn leave(self) {
        self.queue.db().close().await;
    }
}

async fn share(services: &Services, channels: u64) -> Result<()> {
    let scopes = shared::slack::scopes::BOT.join(",");
    let [acme, birch] = TOKENS.map(SecretString::from);
    let acme = install::with_token(services, &acme, &scopes).await?;
    let birch = install::with_token(services, &birch, &scopes).await?;
    for channel in 0..channels {
        let source = source_channel(channel).parse::<ChannelId>()?;
        let target = target_channel(channel).parse::<ChannelId>()?;
        install::share(services, "a channel", &[(&acme, source), (&birch, target)]).await?;
    }
    Ok(())
}

/// A program of the release build, beside this one.
fn program(name: &str) -> Result<PathBuf> {
    let this = std::env::current_exe().context("this program has no file")?;
    let program = this.with_file_name(name);
    ensure!(program.exists(), "{} is missing: `cargo xtask bench` builds it", program.display());
    Ok(program)
}

fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Asks for a sign of life.
async fn is_up(address: SocketAddr) -> bool {
    let asked = async {
        let mut connection = Connection::open(address).await?;
        connection.send(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await
    };
    matches!(asked.await, Ok(200))
}

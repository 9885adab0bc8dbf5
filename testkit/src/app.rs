//! The whole system in one process, over real HTTP and a real database: a simulated Slack, ingress, workers.

use std::time::Duration;

use secrecy::SecretString;
use shared::clock::{Clock, LeapingClock};
use shared::config::{RunConfig, Source};
use shared::db::Db;
use shared::ids::{ChannelId, JobId};
use shared::queue::{NotReplayed, Queue};
use shared::rng::Rng;
use shared::sql;
use slack_emulator::{Settings, SlackEmulator};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use worker::{Services, install};

use crate::{ACME, BIRCH, CrashableWorker, PATIENCE, Side, SignedRequest, TestDatabase, stage};

/// Two workspaces that share a channel, with SyncBot in between.
pub struct TestApp {
    /// Both workspaces.
    pub slack: SlackEmulator,
    /// What SyncBot stores.
    pub db: Db,
    /// Where ingress listens.
    pub url: String,
    pub(crate) services: Services,
    config: RunConfig,
    database: TestDatabase,
    running: Vec<App>,
}

/// One running half.
#[derive(Debug)]
pub struct App {
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

impl App {
    /// Stops it as SIGTERM does, and waits until it has ended.
    pub async fn stop(self) {
        self.stop.cancel();
        self.ended.await.expect("it ends without a panic");
    }
}

impl TestApp {
    /// Starts everything.
    pub async fn start(database: TestDatabase) -> Self {
        let mut app = Self::start_without_worker(database).await;
        app.start_worker();
        app
    }

    /// Starts everything, on a Slack that limits calls as the real one does, and kept below its limits.
    pub async fn start_paced(database: TestDatabase) -> Self {
        let mut app = Self::start_with(database, "true", Clock::system()).await;
        app.slack.switch(|switches| switches.rate_limits = true);
        app.start_worker();
        app
    }

    /// Starts everything but a worker: what is acknowledged stays in the queue.
    pub async fn start_without_worker(database: TestDatabase) -> Self {
        Self::start_with(database, "false", Clock::system()).await
    }

    /// As [`TestApp::start_without_worker`], on a clock that leaps. Slack has to leap along.
    pub async fn start_leaping(database: TestDatabase, clock: &LeapingClock) -> Self {
        Self::start_with(database, "false", clock.clock()).await
    }

    /// As [`TestApp::start_without_worker`], on a Slack whose tokens end after twelve hours.
    pub async fn start_rotating(database: TestDatabase) -> Self {
        let settings = Settings { token_rotation_enabled: true, ..Settings::default() };
        Self::start_on(settings, database, "false", Clock::system(), &[]).await
    }

    /// As [`TestApp::start`], with further variables.
    pub async fn start_configured(database: TestDatabase, more: &[(&str, &str)]) -> Self {
        let settings = Settings::default();
        let mut app = Self::start_on(settings, database, "false", Clock::system(), more).await;
        app.start_worker();
        app
    }

    async fn start_with(database: TestDatabase, pacing: &str, clock: Clock) -> Self {
        Self::start_on(Settings::default(), database, pacing, clock, &[]).await
    }

    async fn start_on(
        settings: Settings,
        database: TestDatabase,
        pacing: &str,
        clock: Clock,
        more: &[(&str, &str)],
    ) -> Self {
        quiet_logs();
        let slack = SlackEmulator::start(settings).await.expect("the emulator starts");
        stage::enter(&slack);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let config = configuration(&slack, &database, pacing, &url, more);
        let services = Services::on(database.open().await, &config.worker, clock, Rng::system());
        let services = services.await.expect("the services open");
        share(&slack, &services).await;

        let queue = services.queue.clone();
        // Slack signs in real time.
        let edge = ingress::Edge::new(queue, &config.ingress, Clock::system(), Rng::system());
        let stop = CancellationToken::new();
        let serving =
            ingress::serve(listener, ingress::router(edge), stop.clone().cancelled_owned());
        let running = vec![App { ended: tokio::spawn(serving), stop }];
        slack
            .set_request_url(&format!("{url}/slack/events"))
            .await
            .expect("ingress answers the challenge");
        Self { slack, db: services.db.clone(), url, services, config, database, running }
    }

    /// Starts another worker in this process.
    pub fn start_worker(&mut self) {
        let stop = CancellationToken::new();
        let settings = worker::Settings::from(&self.config.worker.worker);
        let (services, stopping) = (self.services.clone(), stop.clone().cancelled_owned());
        let working = async move {
            worker::run(services, worker::registry(), &settings, stopping)
                .await
                .expect("the worker ends well");
        };
        self.running.push(App { ended: tokio::spawn(working), stop });
    }

    /// Starts a worker that can crash.
    pub fn start_crashable_worker(&self) -> CrashableWorker {
        CrashableWorker::start(&self.config.worker, &self.services)
    }

    /// Stops what was started last.
    pub async fn stop_last(&mut self) {
        self.running.pop().expect("something runs").stop().await;
    }

    /// Replays a dead job as an operator does.
    pub async fn replay(&self, job: &JobId) -> Result<(), NotReplayed> {
        let (registry, Services { queue, clock, rng, .. }) = (worker::registry(), &self.services);
        worker::replay(queue, &registry, job, None, clock, rng).await.expect("the database answers")
    }

    /// Its queue.
    pub fn queue(&self) -> &Queue {
        &self.services.queue
    }

    /// Waits until every lane is idle, or asleep until its time comes.
    pub async fn until_lanes_rest(&self) {
        let at_rest = async {
            loop {
                let lanes = self.queue().stats().await.expect("counted").lanes;
                if lanes.due + lanes.leased == 0 {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, at_rest).await.expect("the lanes come to rest");
    }

    /// Its database.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Where the events of Slack go.
    pub fn events_url(&self) -> String {
        format!("{}/slack/events", self.url)
    }

    /// A request as Slack signs it, with `secret` as the signing secret. A test may spoil it before it is sent.
    pub fn signed(&self, body: &str, secret: &str) -> SignedRequest {
        SignedRequest::to(self.events_url(), body, secret)
    }

    /// Waits until so many messages stand in both shared channels.
    pub async fn until_both_have(&self, count: usize) {
        let both = |slack: &SlackEmulator| {
            [ACME, BIRCH].iter().all(|side| slack.message_count(side.team, side.channel) >= count)
        };
        self.slack.wait_until(both, PATIENCE).await.unwrap_or_else(|_| {
            let [acme, birch] = [ACME, BIRCH].map(|side| side.texts(&self.slack));
            panic!("{count} messages in each channel were expected; Acme has {acme:?}, Birch has {birch:?}")
        });
    }

    /// Waits until no job is left to be done.
    pub async fn until_idle(&self) {
        let idle = self.until_idle_however_long();
        tokio::time::timeout(PATIENCE, idle).await.expect("the queue runs empty");
    }

    /// As [`TestApp::until_idle`], for whoever has another patience.
    pub async fn until_idle_however_long(&self) {
        loop {
            // The wake-up of the next commit, or a moment: another process may be the one that commits.
            let mut commits = self.services.queue.wakes().subscribe();
            if self.open_jobs().await == 0 {
                return;
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), commits.changed()).await;
        }
    }

    /// The dead jobs: of which kind, and why.
    pub async fn dead_jobs(&self) -> Vec<(String, String)> {
        let dead = sql!("SELECT kind, COALESCE(last_error, '') FROM jobs WHERE state = 'dead'");
        self.db.read(dead).fetch_all().await.expect("read")
    }

    /// How many jobs are neither done nor dead.
    pub async fn open_jobs(&self) -> i64 {
        self.jobs_in(false).await
    }

    async fn jobs_in(&self, dead: bool) -> i64 {
        let statement = if dead {
            sql!("SELECT COUNT(*) FROM jobs WHERE state = 'dead'")
        } else {
            sql!("SELECT COUNT(*) FROM jobs WHERE state IN ('pending', 'late', 'parked')")
        };
        self.db.read(statement).fetch_one::<(i64,)>().await.expect("counted").0
    }

    /// As [`TestApp::finish`], for a story that had no worker so far.
    pub async fn work_and_finish(mut self) -> TestDatabase {
        self.start_worker();
        self.finish().await
    }

    /// Ends the story: everything stops, and what must hold after every story is checked.
    pub async fn finish(mut self) -> TestDatabase {
        self.end().await;
        for (said, copied, route) in self.both_ways() {
            assert_eq!(copied, said, "{route}");
        }
        self.database
    }

    /// As [`TestApp::finish`], for a story in which Slack handed events over late: such are appended.
    pub async fn finish_in_any_order(mut self) -> TestDatabase {
        self.end().await;
        for (mut said, mut copied, route) in self.both_ways() {
            said.sort();
            copied.sort();
            assert_eq!(copied, said, "{route}");
        }
        self.database
    }

    /// Ends a story whose channels differ in the end.
    pub async fn stop_everything(mut self) -> TestDatabase {
        self.stop_all().await;
        assert_eq!(self.slack.violations(), [], "calls broke Slack's rules");
        self.db.close().await;
        self.database
    }

    async fn stop_all(&mut self) {
        while let Some(app) = self.running.pop() {
            app.stop().await;
        }
    }

    async fn end(&mut self) {
        self.until_idle().await;
        assert_eq!(self.jobs_in(true).await, 0, "dead jobs are left");
        // Our own copies are events as well.
        let acknowledged = self.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await;
        assert!(acknowledged.is_ok(), "Slack has events that nobody acknowledged");
        self.stop_all().await;
        assert_eq!(self.slack.violations(), [], "calls broke Slack's rules");
        self.db.close().await;
    }

    /// What was said in each channel, and what stands of it in the other: one copy each, and nothing else.
    fn both_ways(&self) -> [(Vec<String>, Vec<String>, String); 2] {
        [(ACME, BIRCH), (BIRCH, ACME)].map(|(from, to)| {
            let messages = |side: Side, by_person| {
                let messages = self.slack.messages(side.team, side.channel).into_iter();
                let wanted = messages.filter(|message| message.bot_id.is_none() == by_person);
                wanted.map(|message| message.text).collect()
            };
            (
                messages(from, true),
                messages(to, false),
                format!("from {} to {}", from.name, to.name),
            )
        })
    }
}

fn configuration(
    slack: &SlackEmulator,
    database: &TestDatabase,
    pacing: &str,
    public_url: &str,
    more: &[(&str, &str)],
) -> RunConfig {
    let variables = [
        ("LOCAL_DEVELOPMENT", "true"),
        ("DATABASE_URL", "sqlite:///replaced-below"),
        ("SLACK_SIGNING_SECRET", slack.signing_secret()),
        ("SLACK_CLIENT_ID", slack.client_id()),
        ("SLACK_CLIENT_SECRET", slack.client_secret()),
        ("SLACK_API_URL", &slack.api_url()),
        ("SYNCBOT_PUBLIC_URL", public_url),
        ("TOKEN_ENCRYPTION_KEY", "the token key of the tests"),
        ("SYNCBOT_WORKER_LEASE_SECONDS", "4"),
        ("SYNCBOT_SLACK_SETTLE_SECONDS", "1"),
        ("SYNCBOT_SLACK_PACING", pacing),
    ];
    let source = Source::fixed(variables.into_iter().chain(more.iter().copied()));
    let mut config = RunConfig::load(source).expect("a valid configuration").config;
    config.ingress.database = database.config().clone();
    config.worker.database = database.config().clone();
    config
}

async fn share(slack: &SlackEmulator, services: &Services) {
    let scopes = shared::slack::scopes::BOT.join(",");
    let mut installed = Vec::new();
    for side in [ACME, BIRCH] {
        let token = SecretString::from(slack.bot_token(side.team));
        let workspace = install::with_token(services, &token, &scopes).await.expect("installed");
        installed.push((workspace, side.channel.parse::<ChannelId>().expect("a channel id")));
    }
    let channels: Vec<_> =
        installed.iter().map(|(workspace, channel)| (workspace, channel.clone())).collect();
    install::share(services, "general", &channels).await.expect("shared");
}

/// Logs are silent unless the test fails, when the test harness shows what was captured.
fn quiet_logs() {
    let _ = tracing_subscriber::fmt()
        .with_test_writer()
        .with_env_filter("warn,shared=debug,ingress=debug,worker=debug")
        .try_init();
}

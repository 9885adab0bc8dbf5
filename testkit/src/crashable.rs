//! A worker in this process that can crash: its runtime is dropped with everything that runs in it, and its
//! connections end in the middle of whatever they were at.

use std::time::Duration;

use shared::config::WorkerProcessConfig;
use shared::db::{Db, Patience};
use shared::queue::Queue;
use shared::rng::Rng;
use shared::slack;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use worker::{Feeders, Services, Settings};

/// How long others wait for a worker that died.
const LEASE: Duration = Duration::from_secs(15);
/// How long Slack may need to show what it accepted.
const SETTLE: Duration = Duration::from_secs(5);
/// As short where waiting takes its time. The emulator shows at once what it accepted.
const HASTY: (Duration, Duration) = (Duration::from_millis(1_500), Duration::from_millis(100));
const LANES: usize = 8;
/// Calls have deadlines of their own.
const HTTP_TIMEOUT: Duration = Duration::from_secs(30);

/// A running worker. Dropping it is a crash.
#[derive(Debug)]
pub struct CrashableWorker {
    runtime: Option<Runtime>,
    begins: watch::Receiver<bool>,
}

impl CrashableWorker {
    /// Its connections are its own; the keys, which take a while to derive, are those of `services`, and so are
    /// clock and signals: it works at once when something is committed there.
    pub(crate) fn start(config: &WorkerProcessConfig, services: &Services) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let (begun, begins) = watch::channel(false);
        let (config, services) = (config.clone(), services.clone());
        runtime.spawn(async move {
            let mut commits = services.queue.wakes().subscribe();
            let (lease, settle) = if services.clock.leaps() { (LEASE, SETTLE) } else { HASTY };
            let connections = u32::try_from(LANES).expect("a few") + 4;
            let clock = &services.clock;
            let opened = Db::open(&config.database, connections, Patience::default(), clock).await;
            let db = opened.expect("the database opens");
            let queue = Queue::new(db.clone(), clock.clone(), Rng::system());
            let http = shared::http_client(HTTP_TIMEOUT).expect("a client");
            let slack = slack::Client::new(http, config.client.api_url.clone());
            let wakes = queue.wakes().clone();
            tokio::spawn(async move {
                while commits.changed().await.is_ok() {
                    wakes.signal();
                }
            });
            let services = Services { db, queue, slack, settle, ..services };
            let settings = Settings { concurrency: LANES, lease, feeders: Feeders::default() };
            begun.send_replace(true);
            let never = std::future::pending();
            worker::run(services, worker::registry(), &settings, never)
                .await
                .expect("it ends well");
        });
        Self { runtime: Some(runtime), begins }
    }

    /// Waits until it has begun.
    pub async fn begun(&self) {
        let begun = self.begins.clone().wait_for(|begun| *begun).await.is_ok();
        assert!(begun, "it died before it began");
    }
}

impl Drop for CrashableWorker {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

//! A worker in this process that can crash: its runtime is dropped with everything that runs in it, and its
//! connections end in the middle of whatever they were at.

use std::time::Duration;

use shared::clock::Clock;
use shared::config::WorkerProcessConfig;
use shared::db::{Db, Patience};
use shared::rng::Rng;
use tokio::runtime::{Builder, Runtime};
use worker::{Services, Settings};

/// Others take over this soon.
const LEASE: Duration = Duration::from_millis(1_500);
/// The emulator shows at once what it accepted.
const SETTLE: Duration = Duration::from_millis(100);
const LANES: usize = 8;

/// A running worker. Dropping it is a crash.
#[derive(Debug)]
pub struct CrashableWorker(Option<Runtime>);

impl CrashableWorker {
    pub(crate) fn start(config: &WorkerProcessConfig) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let config = config.clone();
        runtime.spawn(async move {
            let clock = Clock::system();
            let connections = u32::try_from(LANES).expect("a few") + 4;
            let opened = Db::open(&config.database, connections, Patience::default(), &clock).await;
            let db = opened.expect("the database opens");
            let services = Services::on(db, &config, clock, Rng::system()).await;
            let services = Services { settle: SETTLE, ..services.expect("the services open") };
            let settings =
                Settings { concurrency: LANES, lease: LEASE, feeders: worker::Feeders::default() };
            let never = std::future::pending();
            worker::run(services, worker::registry(), &settings, never)
                .await
                .expect("it ends well");
        });
        Self(Some(runtime))
    }
}

impl Drop for CrashableWorker {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

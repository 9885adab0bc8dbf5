//! A worker in this process that knows the jobs of a test.

use shared::clock::Clock;
use shared::config::{Source, WorkerProcessConfig};
use shared::db::Db;
use shared::rng::Rng;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use worker::{Registered, Services, Settings};

/// Runs until it is told to stop.
pub(crate) struct Running {
    stop: CancellationToken,
    working: JoinHandle<()>,
}

impl Running {
    /// Starts a worker.
    pub(crate) async fn start(db: &Db, registry: Vec<Registered>) -> Self {
        let source = Source::fixed([
            ("LOCAL_DEVELOPMENT", "true"),
            ("DATABASE_URL", "sqlite:///opened-already"),
            ("TOKEN_ENCRYPTION_KEY", "the token key of the tests"),
        ]);
        let config = WorkerProcessConfig::load(source).expect("valid").config;
        let services = Services::on(db.clone(), &config, Clock::system(), Rng::system());
        let services = services.await.expect("the services open");
        let (stop, settings) = (CancellationToken::new(), Settings::from(&config.worker));
        let stopping = stop.clone().cancelled_owned();
        let working = async move {
            worker::run(services, registry, &settings, stopping).await.expect("it ends well");
        };
        Self { stop, working: tokio::spawn(working) }
    }

    /// Stops it and waits for its end.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.working.await.expect("no panic");
    }
}

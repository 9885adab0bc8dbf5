//! `syncbot run`: ingress and worker in one process.

use std::process::ExitCode;

use anyhow::Context as _;
use ingress::Edge;
use shared::clock::Clock;
use shared::config::{RunConfig, Source};
use shared::process;
use shared::rng::Rng;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use worker::{Feeders, Services, Settings, install};

pub(crate) fn main() -> ExitCode {
    process::main(
        "syncbot",
        RunConfig::load(Source::of_process()),
        |config| &config.worker.telemetry,
        run,
    )
}

async fn run(config: RunConfig) -> anyhow::Result<()> {
    let services = Services::open(&config.worker, Clock::system(), Rng::system()).await?;
    let stop = CancellationToken::new();
    let (signal, stopping) = (process::stop_signal(), stop.clone());
    tokio::spawn(async move {
        signal.await;
        stopping.cancel();
    });
    let bind = config.ingress.http.bind;
    let listener = TcpListener::bind(bind).await.with_context(|| {
        format!("cannot listen on {bind}: set PORT or SYNCBOT_BIND_ADDRESS to a free one")
    })?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let configured = tokio::spawn(install::configured(services.clone(), config.worker.clone()));
    let ended = both(&config, services, listener, stop).await;
    configured.abort();
    ended
}

/// Runs both halves on one database until `stop`: first nothing more is accepted, then the jobs under
/// way end. If one half fails, so does the other.
pub(crate) async fn both(
    config: &RunConfig,
    services: Services,
    listener: TcpListener,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let (queue, clock, rng) =
        (services.queue.clone(), services.clock.clone(), services.rng.clone());
    let edge = Edge::new(queue, &config.ingress, clock, rng);
    let db = services.db.clone();
    let serving = ingress::serve(listener, ingress::router(edge), stop.clone().cancelled_owned());
    let feeders = Feeders::ThisProcess;
    let settings = Settings { feeders, ..Settings::from(&config.worker.worker) };
    let stopping = stop.clone().cancelled_owned();
    let working = Box::pin(worker::run(services, worker::registry(), &settings, stopping));
    let working = async {
        let ended = working.await;
        stop.cancel();
        ended
    };
    let ((), worked) = tokio::join!(serving, working);
    db.close().await;
    worked
}

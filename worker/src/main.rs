//! `syncbot-worker`: job execution as a process of its own.

use shared::clock::Clock;
use shared::config::{Source, WorkerProcessConfig};
use shared::process;
use shared::rng::Rng;
use worker::{Services, Settings, install};

fn main() -> std::process::ExitCode {
    process::main(
        "syncbot-worker",
        WorkerProcessConfig::load(Source::of_process()),
        |config| &config.telemetry,
        run,
    )
}

async fn run(config: WorkerProcessConfig) -> anyhow::Result<()> {
    let services = Services::open(&config, Clock::system(), Rng::system()).await?;
    let (settings, stop) = (Settings::from(&config.worker), process::stop_signal());
    let configured = tokio::spawn(install::configured(services.clone(), config));
    let worked = worker::run(services.clone(), worker::registry(), &settings, stop).await;
    configured.abort();
    services.db.close().await;
    worked
}

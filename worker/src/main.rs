//! `syncbot-worker`: job execution as a process of its own.

use shared::clock::Clock;
use shared::config::{Source, WorkerProcessConfig};
use shared::process;
use shared::rng::Rng;
use worker::{Services, Settings};

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
    let settings = Settings::from(&config.worker);
    worker::run(services.clone(), worker::registry(), &settings, process::stop_signal()).await?;
    services.db.close().await;
    Ok(())
}

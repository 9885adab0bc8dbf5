//! `syncbot-ingress`: the HTTP edge as a process of its own.

use anyhow::Context as _;
use ingress::Edge;
use shared::clock::Clock;
use shared::config::{IngressConfig, Source};
use shared::db::{Db, Patience};
use shared::process;
use shared::queue::Queue;
use shared::rng::Rng;

/// Commits wait on the disk, not on the processor; a few connections fill it.
const CONNECTIONS: u32 = 8;

fn main() -> std::process::ExitCode {
    process::main(
        "syncbot-ingress",
        IngressConfig::load(Source::of_process()),
        |config| &config.telemetry,
        run,
    )
}

async fn run(config: IngressConfig) -> anyhow::Result<()> {
    let (clock, rng) = (Clock::system(), Rng::system());
    let db = Db::open(&config.database, CONNECTIONS, Patience::default(), &clock).await?;
    let queue = Queue::new(db.clone(), clock.clone(), rng.clone());
    queue.learn_time().await;
    let measuring = queue.keep_time();
    let stop = process::stop_signal();
    let listener = tokio::net::TcpListener::bind(config.http.bind).await.with_context(|| {
        format!(
            "cannot listen on {}: set PORT or SYNCBOT_BIND_ADDRESS to a free one",
            config.http.bind
        )
    })?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let edge = Edge::new(queue, &config, clock, rng);
    ingress::serve(listener, ingress::router(edge), stop).await;
    measuring.abort();
    db.close().await;
    Ok(())
}

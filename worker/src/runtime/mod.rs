//! Runs lanes: apalis schedules, our tables are its backend.
//!
//! An apalis task is the lease of a lane. Its handler runs the lane's jobs until none is due or its time
//! slice is over ([`drain`]). [`backend`] claims lanes and renews leases, [`slots`] shares the places
//! out, [`wake`] says when to look, [`cron`] enqueues what runs regularly, [`outage`] says when the database
//! does not answer. Why apalis's own SQL backends do not do: `docs/decisions/`.

mod backend;
mod cron;
mod drain;
mod leases;
mod outage;
mod slots;
mod wake;

use std::sync::Arc;
use std::time::Duration;

use apalis::prelude::{BackendExt as _, Data, WorkerBuilder, WorkerBuilderExt as _, WorkerError};
use apalis_core::worker::ext::parallelize::ParallelizeExt as _;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use leases::HeldLease;
use shared::config::WorkerConfig;

use crate::{Registered, Services};
use backend::{LaneBackend, Lanes};
use leases::Leases;
use outage::Outage;
pub use wake::Feeders;
use wake::{Wakeup, WakeupStrategy};

/// How a worker runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Lanes that run at the same time.
    pub concurrency: usize,
    /// How long a lane stays leased without a sign of life.
    pub lease: Duration,
    /// Who puts jobs into the queue.
    pub feeders: Feeders,
}

impl From<&WorkerConfig> for Settings {
    fn from(config: &WorkerConfig) -> Self {
        Self { concurrency: config.concurrency, lease: config.lease, feeders: Feeders::default() }
    }
}

/// Jobs under way may end within this when the process is told to stop; after it, others take their lanes.
const STOP_TIMEOUT: Duration = Duration::from_secs(25);

/// At the end, for each last word to the database.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(2);

/// Everything that the handlers of lanes share.
#[derive(Debug, Clone)]
struct Runtime {
    services: Services,
    registry: Arc<[Registered]>,
    leases: Leases,
    stopping: CancellationToken,
    outage: Outage,
}

/// Runs lanes until `stop` ends, then lets the jobs under way finish and gives every lane back.
pub async fn run(
    services: Services,
    registry: Vec<Registered>,
    settings: &Settings,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let queue = services.queue.clone();
    let mut stop = Box::pin(stop);
    tokio::select! {
        () = &mut stop => return Ok(()),
        () = queue.learn_time() => {}
    }
    // Unique among all processes that ever were: a lane's owner is compared with it.
    let name = format!("worker-{:016x}", services.rng.bits() >> 64);
    let stopping = CancellationToken::new();
    let outage = Outage::default();
    let leases = Leases::new(&name, settings, services.clock.clone(), outage.clone());
    let wakeup = Wakeup::default();
    let runtime = Runtime {
        services,
        registry: registry.into(),
        leases: leases.clone(),
        stopping: stopping.clone(),
        outage: outage.clone(),
    };

    let background = CancellationToken::new();
    let waking = wake::keep_waking(queue.clone(), wakeup.clone(), settings.feeders);
    let keeping = leases.clone().keep(queue.clone());
    let listening = wake::keep_listening(queue.clone(), wakeup.clone());
    let ticking = cron::keep_ticking(runtime.services.clone(), runtime.registry.clone());
    let tasks = TaskTracker::new();
    tasks.spawn(background.clone().run_until_cancelled_owned(waking));
    tasks.spawn(background.clone().run_until_cancelled_owned(listening));
    tasks.spawn(background.clone().run_until_cancelled_owned(keeping));
    tasks.spawn(background.clone().run_until_cancelled_owned(ticking));
    let timing = queue.keep_time();

    let (places, claiming) = (settings.concurrency, tasks.clone());
    let lanes = Lanes::new(queue.clone(), leases, places, wakeup.clone(), claiming, outage);
    let backend = LaneBackend::new(lanes);
    let out_of_time = CancellationToken::new();
    let deadline = out_of_time.clone();
    let stopped = async move {
        stop.await;
        stopping.cancel();
        tokio::spawn(async move {
            tokio::time::sleep(STOP_TIMEOUT).await;
            deadline.cancel();
        });
        Ok::<(), std::io::Error>(())
    };
    tracing::info!(worker.name = %name, worker.concurrency = settings.concurrency, "working");
    let ended = tokio::select! {
        ended = work(backend, runtime, wakeup, stopped) => ended.map_err(|error| anyhow::anyhow!("the worker's runtime failed: {error}")),
        () = out_of_time.cancelled() => {
            tracing::warn!("jobs were still under way when the time to stop was over; others will take them");
            Ok(())
        }
    };
    background.cancel();
    timing.abort();
    tasks.close();
    // A database that no longer answers must not keep the process.
    let last_claim = tokio::time::timeout(DATABASE_TIMEOUT, tasks.wait()).await;
    // Lanes that were claimed in the very moment of stopping.
    let given_back = tokio::time::timeout(DATABASE_TIMEOUT, queue.give_back(&name)).await;
    if last_claim.is_err() || !matches!(given_back, Ok(Ok(_))) {
        tracing::warn!("lanes could not be given back; their leases will end by themselves");
    }
    ended
}

/// The worker of apalis. Boxed here, where its types are whole: inside another future the compiler can no
/// longer tell that it may change threads.
fn work(
    backend: LaneBackend,
    runtime: Runtime,
    wakeup: Wakeup,
    stopped: impl Future<Output = Result<(), std::io::Error>> + Send + 'static,
) -> BoxFuture<'static, Result<(), WorkerError>> {
    let worker = WorkerBuilder::new(runtime.leases.owner())
        .backend(backend.poll_with_strategy(WakeupStrategy::new(wakeup)))
        .data(runtime)
        .catch_panic()
        .parallelize(tokio::spawn)
        .build(|claim: backend::LaneClaim, runtime: Data<Runtime>| async move {
            drain::drain(&claim, &runtime).await;
        });
    Box::pin(worker.run_until(stopped))
}

//! Our lanes as a backend of apalis.
//!
//! Rules that apalis 1.0 asks for: no database error ever reaches it (its worker would end for good), so
//! failures are logged here and looked at again at the next wake-up; no more tasks are fetched than can
//! run at once; results need no acknowledgement, because the handler of a lane releases it itself. While
//! it stops, it waits for handlers and polls nothing else: what must go on meanwhile is a task of ours.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::task::{Context, Poll};
use std::time::Duration;

use apalis_codec::json::JsonCodec;
use apalis_core::backend::finalize::Durable;
use apalis_core::backend::persistence::{Persisted, Persistence, TaskEvent, TaskPersistLayer};
use apalis_core::backend::{Backend, BackendConfig, WireFormatBackend};
use apalis_core::task::Task;
use apalis_core::task::builder::TaskBuilder;
use apalis_core::task::task_id::TaskId;
use apalis_core::worker::context::WorkerContext;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::db::DbError;
use shared::failpoint;
use shared::queue::{Priority, Queue};
use tokio_util::task::TaskTracker;

use super::leases::Leases;
use super::outage::{Outage, Pauses};
use super::slots::claimable;
use super::wake::Wakeup;

/// What apalis hands to the handler of a lane.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LaneClaim {
    pub(super) lane: String,
    pub(super) epoch: i64,
    pub(super) taken_over: bool,
}

/// Claims lanes and keeps their leases.
#[derive(Debug, Clone)]
pub(super) struct Lanes {
    queue: Queue,
    leases: Leases,
    places: usize,
    wakeup: Wakeup,
    claiming: TaskTracker,
    outage: Outage,
    pauses: Pauses,
}

impl Lanes {
    /// `claiming` tracks claims under way: one may end after the worker did.
    pub(super) fn new(
        queue: Queue,
        leases: Leases,
        places: usize,
        wakeup: Wakeup,
        claiming: TaskTracker,
        outage: Outage,
    ) -> Self {
        Self { queue, leases, places, wakeup, claiming, outage, pauses: Pauses::default() }
    }

    async fn claim(&self) -> Result<Vec<LaneClaim>, DbError> {
        let mut claims = Vec::new();
        let due = self.queue.next_due().await?;
        let now = self.queue.time().now();
        for (priority, due) in Priority::ALL.into_iter().zip(due) {
            let limit = claimable(priority, self.leases.count(), self.places);
            if limit == 0 || due.is_none_or(|due| due > now) {
                continue;
            }
            let claimed =
                self.queue.claim(self.leases.owner(), priority, limit, self.leases.millis()).await;
            let leases = match claimed {
                // What was claimed before is ours, and nobody else would run it.
                Err(error) if !claims.is_empty() => {
                    self.outage.failed(&error);
                    break;
                }
                claimed => claimed?,
            };
            for lease in leases {
                claims.push(LaneClaim {
                    lane: lease.lane.to_string(),
                    epoch: lease.epoch,
                    taken_over: lease.taken_over,
                });
                self.leases.note(lease, priority, &self.queue);
            }
        }
        if !claims.is_empty() {
            failpoint!("queue.claimed");
        }
        self.wakeup.next_due(due.into_iter().flatten().filter(|due| *due > now).min());
        Ok(claims)
    }
}

impl Persistence for Lanes {
    type Compact = Vec<u8>;
    type Response = Value;
    type Error = Infallible;

    async fn register(&mut self, _: &WorkerContext) -> Result<(), Infallible> {
        Ok(())
    }

    async fn heartbeat(&mut self, _: &WorkerContext) -> Result<(), Infallible> {
        // `Leases::keep` renews them, also while the worker stops.
        Ok(())
    }

    async fn fetch_next(&mut self, _: &WorkerContext) -> Result<Vec<Task<Vec<u8>>>, Infallible> {
        loop {
            let version = self.wakeup.version();
            let lanes = self.clone();
            // A task of its own, so that its transaction ends even if apalis stops polling for it.
            let claiming = self.claiming.spawn(async move { lanes.claim().await });
            // A panic was reported where it happened.
            match claiming.await.unwrap_or(Ok(Vec::new())) {
                Ok(claims) => {
                    self.outage.over();
                    self.pauses = Pauses::default();
                    if !claims.is_empty() {
                        self.wakeup.found();
                    } else if version != self.wakeup.version() {
                        continue;
                    }
                    return Ok(claims.iter().map(task).collect());
                }
                Err(error) => {
                    self.outage.failed(&error);
                    tokio::time::sleep(self.pauses.next()).await;
                    return Ok(Vec::new());
                }
            }
        }
    }

    async fn reenqueue_abandoned(
        &mut self,
        tasks: Vec<Task<Vec<u8>>>,
        _: &WorkerContext,
    ) -> Result<u64, Infallible> {
        // Every lane of this worker is given back when it ends.
        Ok(u64::try_from(tasks.len()).unwrap_or_default())
    }

    async fn handle_events(
        &mut self,
        _: Vec<TaskEvent<Value>>,
        _: &WorkerContext,
    ) -> Result<(), Infallible> {
        Ok(())
    }

    async fn push_tasks(&mut self, tasks: Vec<Task<Vec<u8>>>) -> Result<(), Infallible> {
        debug_assert!(tasks.is_empty(), "jobs are enqueued in the transaction of their cause");
        Ok(())
    }
}

fn task(claim: &LaneClaim) -> Task<Vec<u8>> {
    let id = TaskId::from_string(format!("{}#{}", claim.lane, claim.epoch));
    TaskBuilder::new(serde_json::to_vec(claim).expect("a claim is plain data")).task_id(id).build()
}

/// Nothing depends on it, and apalis asks for one.
const HEARTBEAT: Duration = Duration::from_mins(1);

/// The backend that apalis polls.
#[derive(Debug)]
pub(super) struct LaneBackend {
    persisted: Persisted<Lanes>,
    codec: JsonCodec<Vec<u8>>,
    _task: PhantomData<fn() -> LaneClaim>,
}

impl LaneBackend {
    pub(super) fn new(lanes: Lanes) -> Self {
        Self { persisted: Persisted::new(lanes), codec: JsonCodec::default(), _task: PhantomData }
    }
}

impl Backend for LaneBackend {
    type Task = Task<Vec<u8>>;
    type Error = Infallible;

    fn poll_ready(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Result<(), Infallible>> {
        self.persisted.poll_ready(cx, worker, HEARTBEAT)
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, Infallible>>> {
        self.persisted.poll_next(cx, worker)
    }

    fn poll_close(
        &mut self,
        cx: &mut Context<'_>,
        worker: &WorkerContext,
    ) -> Poll<Result<(), Infallible>> {
        self.persisted.poll_close(cx, worker)
    }
}

impl BackendConfig for LaneBackend {
    type Args = LaneClaim;
    type Id = u64;
    type Kind = Durable;
    type Config = ();
    type Layer = TaskPersistLayer<JsonCodec<Value>, Value>;

    fn config(&self) -> &() {
        &()
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Self::Layer {
        self.persisted.layer(JsonCodec::default(), 1).persist_results(false).lock_tasks(false)
    }
}

impl WireFormatBackend for LaneBackend {
    type Codec = JsonCodec<Vec<u8>>;
    type Compact = Vec<u8>;

    fn codec(&self) -> &Self::Codec {
        &self.codec
    }
}

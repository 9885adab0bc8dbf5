//! Runs the jobs of one lane, one after the other, for as long as the lane is ours.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;
use shared::db::DbError;
use shared::failpoint;
use shared::queue::{Job, Look, QueueError, Release, RetryPolicy, millis};
use shared::telemetry;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::backend::LaneClaim;
use super::outage::Pauses;
use super::{HeldLease, Runtime};
use crate::{Done, Failure, JobContext, Registered, troubles};

/// A lane with more work than this lets others have its place.
const TIME_SLICE: Duration = Duration::from_secs(5);
/// A job that was at the head of its lane whenever a worker died is not run again after so many deaths.
const MOST_CRASHES: i64 = 5;
/// So long a job waits for what somebody has to put right, such as an app that was removed.
const HELD_AT_MOST: Duration = Duration::from_hours(7 * 24);
/// Before a job runs again that another transaction was in the way of.
const CONTENTION_PAUSE: Duration = Duration::from_millis(20);

/// Runs the lane of a claim.
pub(super) async fn drain(claim: &LaneClaim, runtime: &Runtime) {
    let Some(lease) = runtime.leases.take(&claim.lane, claim.epoch) else { return };
    let mut lane = LaneRun { runtime, lease: &lease, blame: claim.taken_over };
    let running = async {
        tokio::select! {
            // Looked at first, each time: whoever lost the lane makes no further call.
            biased;
            () = lease.ended(&runtime.services.queue) => tracing::warn!("the lane is lost; others go on with it"),
            () = lane.run() => {}
        }
    };
    running.instrument(tracing::debug_span!("lane.drain", lane = %claim.lane)).await;
}

/// One claim of a lane.
struct LaneRun<'r> {
    runtime: &'r Runtime,
    lease: &'r HeldLease,
    /// The worker that had the lane before died: its head is suspected.
    blame: bool,
}

enum Step {
    /// There may be more to do.
    GoOn,
    /// The lane is free, or somebody else's.
    Ended,
}

impl LaneRun<'_> {
    async fn run(&mut self) {
        let queue = &self.runtime.services.queue;
        let slice_end = Instant::now() + TIME_SLICE;
        let mut pauses = Pauses::default();
        loop {
            match self.step().await {
                Ok(Step::Ended) => return,
                Ok(Step::GoOn)
                    if self.runtime.stopping.is_cancelled() || Instant::now() >= slice_end =>
                {
                    match queue.yield_lane(self.lease.lease()).await {
                        Ok(()) => queue.wakes().signal(),
                        Err(error) => {
                            // Its lease ends by itself.
                            self.runtime.outage.failed(&error);
                        }
                    }
                    return;
                }
                Ok(Step::GoOn) => {}
                Err(error) if error.is_contention() => tokio::time::sleep(CONTENTION_PAUSE).await,
                Err(error) => {
                    self.runtime.outage.failed(&error);
                    // Its lease ends by itself.
                    if self.runtime.stopping.is_cancelled() {
                        return;
                    }
                    tokio::time::sleep(pauses.next()).await;
                }
            }
        }
    }

    async fn step(&mut self) -> Result<Step, DbError> {
        let queue = &self.runtime.services.queue;
        match queue.look(self.lease.lease()).await? {
            Look::Lost => Ok(Step::Ended),
            Look::Nothing { generation, head } => {
                failpoint!("lane.before_release");
                match queue.release(self.lease.lease(), generation, head).await? {
                    Release::Released => Ok(Step::Ended),
                    Release::Changed => Ok(Step::GoOn),
                }
            }
            Look::Due(mut job) => {
                if std::mem::take(&mut self.blame) {
                    job.crashes = self.count_crash(&job).await?;
                }
                self.run_job(&job).await
            }
        }
    }

    async fn count_crash(&self, job: &Job) -> Result<i64, DbError> {
        let mut tx = self.runtime.services.db.begin().await?;
        let crashes = self.runtime.services.queue.count_crash(&mut tx, job).await?;
        tx.commit().await?;
        tracing::warn!(job.id = %job.id, job.name = %job.kind, job.crashes = crashes, "a worker died while this job was at the head of its lane");
        Ok(crashes)
    }

    async fn run_job(&self, job: &Job) -> Result<Step, DbError> {
        let span = tracing::info_span!("job.run", job.id = %job.id, job.name = %job.kind, job.attempt = job.attempts + 1);
        if let Some(trace) = &job.trace_context {
            telemetry::link_to(&span, trace);
        }
        async {
            let began = Instant::now();
            let registered =
                self.runtime.registry.iter().find(|registered| registered.kind == job.kind);
            let cx = JobContext::new(job, &self.runtime.services, self.lease);
            let outcome = match registered {
                _ if job.crashes >= MOST_CRASHES => Err(Failure::dead(format!(
                    "{} workers died while it was at the head of its lane",
                    job.crashes
                ))),
                Some(registered) => {
                    self.runtime.services.queue.begin(job).await?;
                    run_handler(registered, &cx).await
                }
                // A newer version may know it: during a deployment both run.
                None => Err(Failure::Retry {
                    error: format!("this version has no handler for `{}`", job.kind),
                }),
            };
            let duration_ms = began.elapsed().as_secs_f64() * 1e3;
            match outcome {
                Ok(Done { .. }) => {
                    tracing::debug!(duration_ms, "job done");
                    Ok(Step::GoOn)
                }
                Err(failure) => self.settle(&cx, registered, failure).await,
            }
        }
        .instrument(span)
        .await
    }

    /// A job waits only so long for a person to put things right.
    fn may_be_held(&self, job: &Job) -> bool {
        let age = self.runtime.services.queue.time().now() - job.created_at;
        age < millis(HELD_AT_MOST)
    }

    /// Writes down what is to become of a job that was not finished.
    async fn settle(
        &self,
        cx: &JobContext<'_>,
        registered: Option<&Registered>,
        failure: Failure,
    ) -> Result<Step, DbError> {
        let (queue, job) = (&self.runtime.services.queue, cx.job);
        let mut tx = match failure {
            Failure::LeaseLost(_) => return Ok(Step::Ended),
            Failure::DatabaseUnavailable(error) => return Err(error),
            Failure::Again => {
                tokio::time::sleep(CONTENTION_PAUSE).await;
                return Ok(Step::GoOn);
            }
            _ => self.runtime.services.db.begin().await?,
        };
        let policy = RetryPolicy::PERSISTENT;
        let (mut lane_is_held, mut has_enqueued) = (false, false);
        match failure {
            Failure::Snooze { pause, reason } => {
                tracing::debug!(reason, pause_ms = pause.as_millis(), "job waits");
                queue.snooze(&mut tx, job, pause, &reason).await?;
            }
            Failure::Retry { error } if job.attempts + 1 < policy.attempts => {
                let pause = policy.pause(job.attempts + 1, &self.runtime.services.rng);
                tracing::warn!(
                    error,
                    job.attempt = job.attempts + 1,
                    pause_ms = pause.as_millis(),
                    "job failed and will be tried again"
                );
                queue.retry(&mut tx, job, pause, &error).await?;
            }
            // What merely has its turn later does not wait in vain, however long.
            Failure::Hold { scope, pause, reason, trouble }
                if trouble.is_none() || self.may_be_held(job) =>
            {
                tracing::warn!(%scope, reason, pause_ms = pause.as_millis(), "nothing more goes there for now");
                queue.hold(&mut tx, &scope, queue.time().after(pause), &reason).await?;
                if let Some(code) = trouble {
                    let jobs = troubles::met(cx, &mut tx, &scope, &code).await?;
                    has_enqueued = !jobs.is_empty();
                    queue.enqueue(&mut tx, jobs).await?;
                }
                // A lane that the hold stops waits for its end, or its release; the job need not.
                lane_is_held = scope.stops(&self.lease.lease().lane);
                let pause = if lane_is_held { Duration::ZERO } else { pause };
                queue.snooze(&mut tx, job, pause, &reason).await?;
            }
            Failure::Retry { error: reason }
            | Failure::Dead { reason }
            | Failure::Hold { reason, .. } => {
                tracing::error!(
                    reason,
                    job.attempt = job.attempts + 1,
                    "job is dead: it will not be tried again by itself"
                );
                if let Some(on_death) = registered.and_then(|registered| registered.on_death) {
                    on_death(cx, &mut tx, &reason).await?;
                }
                queue.bury(&mut tx, job, &reason).await?;
            }
            Failure::LeaseLost(_) | Failure::DatabaseUnavailable(_) | Failure::Again => {
                unreachable!("returned above")
            }
        }
        match self.lease.fence(queue, &mut tx).await {
            Ok(()) => tx.commit().await?,
            Err(QueueError::LeaseLost(_)) => return Ok(Step::Ended),
            Err(QueueError::Db(error)) => return Err(error),
        }
        self.lease.renewed(queue);
        if has_enqueued {
            queue.wakes().signal();
        }
        if lane_is_held {
            queue.yield_lane(self.lease.lease()).await?;
            return Ok(Step::Ended);
        }
        Ok(Step::GoOn)
    }
}

/// Runs a handler; a panic or a run without end is a failure like others.
async fn run_handler(registered: &Registered, cx: &JobContext<'_>) -> Result<Done, Failure> {
    let running = AssertUnwindSafe((registered.handler)(cx)).catch_unwind();
    match tokio::time::timeout(registered.timeout, running).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(panic)) => {
            Err(Failure::Retry { error: format!("the handler panicked: {}", message_of(&*panic)) })
        }
        Err(_) => Err(Failure::Retry {
            error: format!("the handler was not through after {} s", registered.timeout.as_secs()),
        }),
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

//! Shared commits: jobs that come at the same time are written in one transaction, and each caller learns
//! of its own. Nothing waits for others to come: while one batch is written, the next one gathers.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::bulk::Row;
use super::{Enqueued, NewJob, Queue};
use crate::db::{DbError, Engine, retry_contention};
use crate::failpoint;
use crate::ids::JobId;
use crate::telemetry;

/// Jobs of one transaction at most.
const BATCH: usize = 128;
/// Payloads of one transaction at most, in bytes; a larger one goes alone.
const BATCH_BYTES: usize = 2 << 20;
/// Payloads that may wait, in bytes.
const WAITING_BYTES: usize = 32 << 20;
/// A batch whose callers are all gone after so long may be on a connection that has fallen silent.
const SUSPICIOUS_AFTER: Duration = Duration::from_secs(1);
/// Then it is given up, since others wait for the writer. Not at once, so that a slow database still gets on.
const ABANDONED_AFTER: Duration = Duration::from_secs(3);
/// Jobs that may wait.
const WAITING: usize = 4_096;

/// Writes jobs of many callers in shared transactions. Cheap to clone; its tasks end with the last clone.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: Queue,
    waiting: mpsc::Sender<Waiting>,
    bytes: Arc<Semaphore>,
}

/// A job was not written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// More is waiting than the database can take.
    #[error("too much waits for the database already")]
    Busy,
    /// The database refused.
    #[error("the job could not be written")]
    Db(#[source] Arc<DbError>),
    /// The task that was to write it is gone.
    #[error("the writer has stopped")]
    Stopped,
}

impl From<DbError> for WriteError {
    fn from(error: DbError) -> Self {
        Self::Db(Arc::new(error))
    }
}

#[derive(Debug)]
struct Waiting {
    row: Row,
    answer: oneshot::Sender<Result<Enqueued, WriteError>>,
    bytes: OwnedSemaphorePermit,
}

impl Writer {
    /// Starts the tasks that write: one for SQLite, which has one writer at a time, else two, so that one
    /// gathers while the other waits for its commit.
    pub fn start(queue: Queue) -> Self {
        let (waiting, incoming) = mpsc::channel(WAITING);
        let incoming = Arc::new(Mutex::new(Incoming { waiting: incoming, first: None }));
        let tasks = if queue.db().engine() == Engine::Sqlite { 1 } else { 2 };
        for _ in 0..tasks {
            tokio::spawn(write_batches(queue.clone(), incoming.clone()));
        }
        Self { queue, waiting, bytes: Arc::new(Semaphore::new(WAITING_BYTES)) }
    }

    /// Returns when the job is on disk. A job whose caller no longer waits may be written all the same.
    ///
    /// # Panics
    ///
    /// If the job's order is [`Order::Arrival`](super::Order::Arrival), which depends on its lane's lock, or
    /// if it has a `coalesce_key`, which depends on another job's.
    pub async fn write(&self, job: NewJob) -> Result<Enqueued, WriteError> {
        assert!(job.coalesce_key.is_none(), "shared commits know no jobs that stand for others");
        let order_key = job.order.key().expect("shared commits take jobs whose place is known");
        let size = job.payload.len().clamp(1, WAITING_BYTES);
        let permits = u32::try_from(size).unwrap_or(u32::MAX);
        let bytes =
            self.bytes.clone().try_acquire_many_owned(permits).map_err(|_| WriteError::Busy)?;
        let id = JobId::generate(&self.queue.clock, &self.queue.rng);
        let row = Row { id, job, order_key, trace_context: telemetry::trace_context() };
        let (answer, answered) = oneshot::channel();
        self.waiting.try_send(Waiting { row, answer, bytes }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => WriteError::Busy,
            mpsc::error::TrySendError::Closed(_) => WriteError::Stopped,
        })?;
        answered.await.unwrap_or(Err(WriteError::Stopped))
    }
}

/// What waits to be written.
struct Incoming {
    waiting: mpsc::Receiver<Waiting>,
    /// Did not fit into the last batch.
    first: Option<Waiting>,
}

impl Incoming {
    /// Everything that waits, up to the limits; empty: nothing will come any more.
    async fn batch(&mut self) -> Vec<Waiting> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        loop {
            let next = match self.first.take() {
                Some(first) => Some(first),
                None if batch.is_empty() => self.waiting.recv().await,
                None => self.waiting.try_recv().ok(),
            };
            let Some(next) = next else { return batch };
            bytes += next.row.job.payload.len();
            if !batch.is_empty() && bytes > BATCH_BYTES {
                self.first = Some(next);
                return batch;
            }
            batch.push(next);
            if batch.len() == BATCH {
                return batch;
            }
        }
    }
}

async fn write_batches(queue: Queue, incoming: Arc<Mutex<Incoming>>) {
    loop {
        let batch = incoming.lock().await.batch().await;
        if batch.is_empty() {
            return;
        }
        // A task of its own: a panic costs its batch an answer, not everybody after it.
        if tokio::spawn(write_batch(queue.clone(), batch)).await.is_err() {
            tracing::error!("a batch of jobs was not written");
        }
    }
}

/// Writes a batch and answers everybody. A row that cannot be written fails alone.
async fn write_batch(queue: Queue, mut batch: Vec<Waiting>) {
    // By dedup key, so that two writers never wait for each other.
    batch.sort_by(|a, b| a.row.job.dedup_key.cmp(&b.row.job.dedup_key));
    let (rows, mut callers): (Vec<_>, Vec<_>) =
        batch.into_iter().map(|waiting| (waiting.row, (waiting.answer, waiting.bytes))).unzip();
    let abandoned = async {
        let end = tokio::time::Instant::now() + ABANDONED_AFTER;
        tokio::time::sleep(SUSPICIOUS_AFTER).await;
        for (answer, _) in &mut callers {
            answer.closed().await;
        }
        // Slack sends again at once: that must not meet another silent connection.
        queue.db.suspect_connections();
        tokio::time::sleep_until(end).await;
    };
    let written = tokio::select! {
        written = write_together(&queue, &rows) => written,
        () = abandoned => return,
    };
    let results = match written {
        Ok(new) => rows.iter().map(|row| Ok(enqueued(&new, &row.id))).collect(),
        Err(error) if error.is_unavailable() || rows.len() == 1 => {
            let error = WriteError::from(error);
            rows.iter().map(|_| Err(error.clone())).collect()
        }
        Err(error) => {
            tracing::warn!(%error, jobs = rows.len(), "a batch of jobs is written one by one");
            let mut results = Vec::with_capacity(rows.len());
            for row in &rows {
                let written = write_together(&queue, std::slice::from_ref(row)).await;
                results.push(written.map(|new| enqueued(&new, &row.id)).map_err(WriteError::from));
            }
            results
        }
    };
    let any_new = results.iter().any(|result| matches!(result, Ok(Enqueued::New)));
    // The bytes of a batch count as waiting until it is written.
    for ((answer, _bytes), result) in callers.into_iter().zip(results) {
        // Whoever gave up waiting does not ask.
        let _ = answer.send(result);
    }
    if any_new {
        queue.wakes().signal();
    }
}

async fn write_together(queue: &Queue, rows: &[Row]) -> Result<HashSet<JobId>, DbError> {
    retry_contention(&queue.clock, &queue.rng, || async {
        let mut tx = queue.db().begin().await?;
        let new = queue.write_rows(&mut tx, rows).await?;
        failpoint!("ingress.before_commit");
        tx.commit().await?;
        failpoint!("ingress.committed");
        Ok(new)
    })
    .await
}

fn enqueued(new: &HashSet<JobId>, id: &JobId) -> Enqueued {
    if new.contains(id) { Enqueued::New } else { Enqueued::Duplicate }
}

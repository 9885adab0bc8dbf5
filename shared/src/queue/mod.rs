//! The queue: jobs in ordered lanes, in the same database as everything else.
//!
//! A **lane** runs one job at a time, in order, on whichever worker leases it; lanes run in parallel.
//! Enqueueing happens in the caller's transaction, so work exists exactly when its cause does. A worker
//! leases a lane until `due_at` on the database's clock; a crashed worker's lane comes back by itself.
//! Each claim has its own `epoch`, and the last statement of each commit checks it (the fence), so
//! whoever lost a lane cannot write any more. `generation` rises with each enqueue under the row's lock;
//! a lane goes idle only if it has not risen since the worker last looked, so no wake-up is lost.
//!
//! How lanes and jobs move from state to state: `docs/JOBS.md`.

mod aside;
mod backoff;
mod bulk;
mod care;
mod enqueue;
mod finish;
mod hold;
mod job;
mod lane;
mod lease;
mod operate;
mod stats;
mod take;
mod time;
mod wake;
mod writer;

pub use backoff::RetryPolicy;
pub use bulk::bulk_statements;
pub use care::Cared;
pub use enqueue::Enqueued;
pub use hold::{Hold, InvalidScope, Scope};
pub use job::{Job, NewJob, Order, Priority};
pub use lane::Lane;
pub use lease::{Lease, Look, QueueError, Release};
pub use operate::{Died, JobRow, NotReplayed, died_between};
pub use stats::{Backlog, KindCount, LaneCounts, Stats};
pub use time::{QueueTime, millis};
pub use wake::{CHANNEL, Wakes};
pub use writer::{WriteError, Writer};

use crate::clock::Clock;
use crate::db::Db;
use crate::rng::Rng;
use hold::SeenHolds;

/// The queue of one database, as one process uses it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queue {
    db: Db,
    time: QueueTime,
    clock: Clock,
    rng: Rng,
    wakes: Wakes,
    seen_holds: SeenHolds,
}

impl Queue {
    /// The queue in `db`. Its time is this process's until [`QueueTime::measure`] was called.
    pub fn new(db: Db, clock: Clock, rng: Rng) -> Self {
        Self {
            time: QueueTime::new(clock.clone()),
            wakes: Wakes::new(db.clone()),
            seen_holds: SeenHolds::default(),
            db,
            clock,
            rng,
        }
    }

    /// The database that it lives in.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The time that leases and due times are measured by.
    pub fn time(&self) -> &QueueTime {
        &self.time
    }

    /// Measures the database's time, however often it takes. To be awaited before anything is leased or stored:
    /// with a wrong clock, leases of others seem to have ended, and what is stored now seems due later.
    pub async fn learn_time(&self) {
        const PAUSE: std::time::Duration = std::time::Duration::from_millis(250);
        while let Err(error) = self.time.measure(&self.db).await {
            tracing::warn!(%error, "the database does not tell its time yet; waiting for it");
            self.clock.sleep(PAUSE).await;
        }
    }

    /// Measures the database's time every minute until the task is aborted.
    pub fn keep_time(&self) -> tokio::task::JoinHandle<()> {
        const EVERY: std::time::Duration = std::time::Duration::from_mins(1);
        let queue = self.clone();
        tokio::spawn(async move {
            loop {
                queue.clock.sleep(EVERY).await;
                if let Err(error) = queue.time.measure(&queue.db).await {
                    tracing::debug!(%error, "the database's time could not be measured; the last one holds");
                }
            }
        })
    }

    /// Tells waiting workers, here and elsewhere, that something was committed.
    pub fn wakes(&self) -> &Wakes {
        &self.wakes
    }
}

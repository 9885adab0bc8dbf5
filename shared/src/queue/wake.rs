//! Telling waiting workers that there is something to do: those of this process by a signal, those of
//! others by PostgreSQL's NOTIFY. Nothing depends on it: workers also ask from time to time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::watch;

use crate::db::{Db, Engine};
use crate::sql;

/// The channel of LISTEN and NOTIFY.
pub const CHANNEL: &str = "syncbot_queue";

/// Tells waiting workers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Wakes {
    db: Db,
    here: Arc<watch::Sender<u64>>,
    elsewhere: Arc<AtomicU8>,
}

const IDLE: u8 = 0;
const TELLING: u8 = 1;
const TELLING_AND_AGAIN: u8 = 2;

impl Wakes {
    pub(super) fn new(db: Db) -> Self {
        Self { db, here: Arc::default(), elsewhere: Arc::default() }
    }

    /// To be called after each commit that enqueued something.
    pub fn signal(&self) {
        self.here.send_modify(|signals| *signals += 1);
        if self.db.engine() == Engine::Postgres {
            self.tell_others();
        }
    }

    /// Changes with each signal of this process.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.here.subscribe()
    }

    /// One NOTIFY for all commits that end while the last one is under way: it costs a commit of its own.
    fn tell_others(&self) {
        let before = self.elsewhere.fetch_update(Ordering::AcqRel, Ordering::Acquire, |state| {
            Some(if state == IDLE { TELLING } else { TELLING_AND_AGAIN })
        });
        if before != Ok(IDLE) {
            return;
        }
        let wakes = self.clone();
        tokio::spawn(async move {
            loop {
                wakes.elsewhere.store(TELLING, Ordering::Release);
                let told = wakes.db.write(sql!("SELECT pg_notify('syncbot_queue', '')", mysql: "DO 0", sqlite: "SELECT 0"));
                if let Err(error) = told.execute().await {
                    tracing::debug!(%error, "other processes were not told; they will ask");
                }
                if wakes
                    .elsewhere
                    .compare_exchange(TELLING, IDLE, Ordering::AcqRel, Ordering::Acquire)
                    .is_ok()
                {
                    return;
                }
            }
        });
    }
}

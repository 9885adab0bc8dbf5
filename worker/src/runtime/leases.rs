//! The lanes that this worker holds: until when, and how their handlers learn that they lost them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shared::clock::Clock;
use shared::db::Tx;
use shared::queue::{Lease, Priority, Queue, QueueError, millis};
use tokio::sync::watch;

use super::Settings;
use super::outage::Outage;

/// All leases of one worker. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Leases {
    owner: Arc<str>,
    duration: Duration,
    clock: Clock,
    outage: Outage,
    held: Arc<Mutex<HashMap<Key, Held>>>,
}

/// Lane and epoch.
type Key = (String, i64);

#[derive(Debug)]
struct Held {
    lease: Lease,
    priority: Priority,
    /// End of the lease in queue time; [`LOST`] when somebody else has the lane.
    until: watch::Sender<i64>,
}

const LOST: i64 = i64::MIN;

/// One lane, held for one handler. Dropping it ends the holding here; the database learns of it by a
/// release or by time.
#[derive(Debug)]
pub(crate) struct HeldLease {
    lease: Lease,
    until: watch::Sender<i64>,
    leases: Leases,
}

impl Leases {
    pub(super) fn new(owner: &str, settings: &Settings, clock: Clock, outage: Outage) -> Self {
        let (owner, duration) = (owner.into(), settings.lease);
        Self { owner, duration, clock, outage, held: Arc::default() }
    }

    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    pub(super) fn millis(&self) -> i64 {
        millis(self.duration)
    }

    /// Notes a lane that was just claimed.
    pub(super) fn note(&self, lease: Lease, priority: Priority, queue: &Queue) {
        let until = watch::Sender::new(queue.time().now() + self.millis());
        self.with(|held| {
            held.insert((lease.lane.to_string(), lease.epoch), Held { lease, priority, until })
        });
    }

    /// The lease of a claim, for its handler. `None`: it was forgotten, because it ended meanwhile.
    pub(super) fn take(&self, lane: &str, epoch: i64) -> Option<HeldLease> {
        self.with(|held| {
            let held = held.get(&(lane.to_owned(), epoch))?;
            Some(HeldLease {
                lease: held.lease.clone(),
                until: held.until.clone(),
                leases: self.clone(),
            })
        })
    }

    /// How many lanes of each priority are held.
    pub(super) fn count(&self) -> [usize; 3] {
        self.with(|held| {
            let mut counts = [0; 3];
            for held in held.values() {
                counts[held.priority as usize] += 1;
            }
            counts
        })
    }

    /// Renews leases for ever, well before they end.
    pub(super) async fn keep(self, queue: Queue) {
        loop {
            self.clock.sleep(self.duration / 4).await;
            self.renew_all(&queue).await;
        }
    }

    /// Renews every lease that commits did not renew lately. Handlers of lost lanes learn of it.
    async fn renew_all(&self, queue: &Queue) {
        let now = queue.time().now();
        let aging: Vec<(Lease, watch::Sender<i64>)> = self.with(|held| {
            let aging =
                held.values().filter(|held| *held.until.borrow() - now < self.millis() * 2 / 3);
            aging.map(|held| (held.lease.clone(), held.until.clone())).collect()
        });
        for (lease, until) in aging {
            let asked = queue.time().now();
            match queue.renew(&lease, self.millis()).await {
                Ok(true) => _ = until.send_replace(asked + self.millis()),
                Ok(false) => _ = until.send_replace(LOST),
                Err(error) => {
                    // Their handlers stop when they end.
                    self.outage.failed(&error);
                    return;
                }
            }
        }
    }

    fn with<T>(&self, use_them: impl FnOnce(&mut HashMap<Key, Held>) -> T) -> T {
        use_them(&mut self.held.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HeldLease {
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }

    pub(crate) fn duration(&self) -> Duration {
        self.leases.duration
    }

    /// The last statement before each commit.
    pub(crate) async fn fence(&self, queue: &Queue, tx: &mut Tx) -> Result<(), QueueError> {
        queue.fence(tx, &self.lease, self.leases.millis()).await
    }

    /// A commit renewed the lease.
    pub(crate) fn renewed(&self, queue: &Queue) {
        // A moment earlier than the database has it, never later.
        let until = queue.time().now() + self.leases.millis();
        self.until.send_if_modified(|current| {
            let is_held = *current != LOST;
            if is_held {
                *current = until;
            }
            is_held
        });
    }

    /// Returns when the lane is lost, or when the lease has run out unrenewed.
    pub(super) async fn ended(&self, queue: &Queue) {
        let mut renewals = self.until.subscribe();
        loop {
            let left = (*renewals.borrow_and_update()).saturating_sub(queue.time().now());
            let Ok(left @ 1..) = u64::try_from(left) else { return };
            tokio::select! {
                () = self.leases.clock.sleep(Duration::from_millis(left)) => {}
                renewed = renewals.changed() => if renewed.is_err() { return },
            }
        }
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        self.leases.with(|held| held.remove(&(self.lease.lane.to_string(), self.lease.epoch)));
    }
}

//! The queue's statements, one rule each, on each database, with a clock that stands still.

mod care;
mod coalescing;
mod endings;
mod enqueueing;
mod holds;
mod leases;
mod operators;
mod parked;

use std::time::Duration;

use chrono::DateTime;
use shared::clock::ManualClock;
use shared::db::Db;
use shared::queue::{
    Enqueued, Job, Lane, Lease, Look, NewJob, Order, Priority, Queue, Release, Scope,
};
use shared::rng::Rng;
use testkit::TestDatabase;

const LEASE: i64 = 15_000;

struct Bench {
    db: Db,
    queue: Queue,
    time: ManualClock,
}

impl Bench {
    async fn new(database: &TestDatabase) -> Self {
        let db = database.open().await;
        let time = ManualClock::at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
        let queue = Queue::new(db.clone(), time.clock(), Rng::seeded(1));
        Self { db, queue, time }
    }

    /// In queue time.
    fn now(&self) -> i64 {
        self.queue.time().now()
    }

    async fn enqueue(&self, job: NewJob) -> Enqueued {
        let mut tx = self.db.begin().await.expect("begun");
        let enqueued = self.queue.enqueue_one(&mut tx, &job).await.expect("enqueued");
        tx.commit().await.expect("committed");
        enqueued
    }

    async fn claim(&self, owner: &str) -> Vec<Lease> {
        self.queue.claim(owner, Priority::Normal, 10, LEASE).await.expect("claimed")
    }

    async fn claim_one(&self, owner: &str) -> Lease {
        let mut leases = self.claim(owner).await;
        assert_eq!(leases.len(), 1, "{leases:?}");
        leases.remove(0)
    }

    async fn due(&self, lease: &Lease) -> Job {
        match self.queue.look(lease).await.expect("looked") {
            Look::Due(job) => *job,
            other => panic!("nothing is due: {other:?}"),
        }
    }

    async fn nothing(&self, lease: &Lease) -> (i64, Option<(i64, i64)>) {
        match self.queue.look(lease).await.expect("looked") {
            Look::Nothing { generation, head } => (generation, head),
            other => panic!("something is there: {other:?}"),
        }
    }

    /// Ends the due job, as a handler does: in one fenced transaction.
    async fn finish(&self, lease: &Lease) -> String {
        let job = self.due(lease).await;
        let mut tx = self.db.begin().await.expect("begun");
        self.queue.done(&mut tx, &job.id).await.expect("done");
        self.queue.fence(&mut tx, lease, LEASE).await.expect("still leased");
        tx.commit().await.expect("committed");
        job.payload.expect("a payload")
    }

    /// The due job waits beside its lane for `key`, until `until`.
    async fn park(&self, lease: &Lease, key: &str, until: i64) -> Job {
        let job = self.due(lease).await;
        let mut tx = self.db.begin().await.expect("begun");
        self.queue.park(&mut tx, &job, key, until, "waits").await.expect("parked");
        self.queue.fence(&mut tx, lease, LEASE).await.expect("still leased");
        tx.commit().await.expect("committed");
        job
    }

    async fn unpark(&self, key: &str) -> usize {
        let mut tx = self.db.begin().await.expect("begun");
        let woken = self.queue.unpark(&mut tx, key).await.expect("unparked");
        tx.commit().await.expect("committed");
        woken
    }

    /// The due job will not be tried again by itself.
    async fn bury(&self, lease: &Lease, reason: &str) -> Job {
        let job = self.due(lease).await;
        let mut tx = self.db.begin().await.expect("begun");
        self.queue.bury(&mut tx, &job, reason).await.expect("buried");
        self.queue.fence(&mut tx, lease, LEASE).await.expect("still leased");
        tx.commit().await.expect("committed");
        job
    }

    /// The due job waits for `pause` at the head of its lane.
    async fn snooze(&self, lease: &Lease, pause: Duration) {
        let job = self.due(lease).await;
        let mut tx = self.db.begin().await.expect("begun");
        self.queue.snooze(&mut tx, &job, pause, "waits").await.expect("snoozed");
        self.queue.fence(&mut tx, lease, LEASE).await.expect("still leased");
        tx.commit().await.expect("committed");
    }

    async fn hold(&self, scope: &Scope, pause: Duration, reason: &str) {
        let until = self.now() + i64::try_from(pause.as_millis()).expect("not that long");
        let mut tx = self.db.begin().await.expect("begun");
        self.queue.hold(&mut tx, scope, until, reason).await.expect("held");
        tx.commit().await.expect("committed");
    }

    async fn release_hold(&self, scope: &Scope) -> bool {
        let mut tx = self.db.begin().await.expect("begun");
        let was_held = self.queue.release_hold(&mut tx, scope).await.expect("released");
        tx.commit().await.expect("committed");
        was_held
    }

    async fn release(&self, lease: &Lease) -> Release {
        let (generation, head) = self.nothing(lease).await;
        self.queue.release(lease, generation, head).await.expect("released or not")
    }
}

fn job(lane: &str, order: Order, payload: &str) -> NewJob {
    NewJob {
        lane: Lane::named(lane),
        order,
        priority: Priority::Normal,
        kind: "test",
        payload: payload.to_owned(),
        dedup_key: None,
        coalesce_key: None,
    }
}

/// What is held, as operators write it.
fn scope(text: &str) -> Scope {
    text.parse().expect("a scope")
}

/// The names of lanes, in order.
fn names(leases: &[Lease]) -> Vec<&str> {
    let mut names: Vec<&str> = leases.iter().map(|lease| lease.lane.as_str()).collect();
    names.sort_unstable();
    names
}

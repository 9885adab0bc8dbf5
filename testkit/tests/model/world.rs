//! Simulated workers on one database, with clocks of their own and one true time.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use chrono::DateTime;
use shared::clock::ManualClock;
use shared::db::{Db, Tx};
use shared::ids::JobId;
use shared::queue::{Enqueued, Job as Stored, Lane, Lease, NewJob, Order, Priority, Queue, Scope};
use shared::rng::Rng;
use shared::sql;

use crate::operation::{LANES, Operation, SCOPES, Spec, WORKERS};
use crate::reference::{Job, Reference};

pub(crate) const LEASE: i64 = 15_000;
const BEGAN: i64 = 1_800_000_000_000;
/// How far the clocks of the machines are off.
const SKEWS: [i64; WORKERS + 1] = [0, -60_000, 47_000, 0];
/// What the processes make of it: each corrects its clock by an offset that is a little wrong.
const ERRORS: [i64; WORKERS + 1] = [0, 20, -20, 0];

/// Where a worker stands with one of its lanes.
#[derive(Debug)]
pub(crate) enum Phase {
    Fresh,
    Due(Box<Stored>),
    Nothing { generation: i64, head: Option<(i64, i64)> },
}

/// A lease that a worker believes in.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) lease: Lease,
    pub(crate) lane: usize,
    /// No two claims have the same.
    pub(crate) claim: u64,
    pub(crate) phase: Phase,
    pub(crate) blames: bool,
}

pub(crate) struct Worker {
    pub(crate) queue: Queue,
    clock: ManualClock,
    skew: i64,
    pub(crate) name: String,
    lives: u32,
    pub(crate) held: Vec<Held>,
}

/// A row of `lanes`.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct LaneRow {
    pub(crate) lane: String,
    pub(crate) due_at: Option<i64>,
    pub(crate) owner: Option<String>,
    pub(crate) epoch: i64,
    pub(crate) generation: i64,
}

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) now: i64,
    pub(crate) workers: Vec<Worker>,
    pub(crate) reference: Reference,
    /// The claim that has each lane, and when its lease ends.
    pub(crate) holders: [Option<(u64, i64)>; LANES.len()],
    /// Lanes that the last operation may have taken from whoever let the lease end.
    pub(crate) freed: Vec<usize>,
    /// As the last operation left them.
    pub(crate) lanes: [Option<LaneRow>; LANES.len()],
    /// The highest epoch and generation that each lane ever had.
    pub(crate) highest: [(i64, i64); LANES.len()],
    pub(crate) claims: u64,
    pub(crate) jobs: i64,
}

impl World {
    pub(crate) fn new(db: &Db) -> Self {
        let workers = (0..=WORKERS).map(|index| {
            let began = DateTime::from_timestamp_millis(BEGAN + SKEWS[index]).expect("a time");
            let clock = ManualClock::at(began);
            let queue = Queue::new(db.clone(), clock.clock(), Rng::seeded(index as u64));
            queue.time().assume_offset(ERRORS[index] - SKEWS[index]);
            let (name, held) = (format!("w{index}"), Vec::new());
            Worker { queue, clock, skew: SKEWS[index], name, lives: 0, held }
        });
        Self {
            db: db.clone(),
            now: BEGAN,
            workers: workers.collect(),
            reference: Reference::default(),
            holders: Default::default(),
            freed: Vec::new(),
            lanes: Default::default(),
            highest: Default::default(),
            claims: 0,
            jobs: 0,
        }
    }

    /// The database's time as a worker knows it.
    pub(crate) fn time_of(&self, worker: usize) -> i64 {
        self.workers[worker].queue.time().now()
    }

    pub(crate) fn queue(&self, worker: usize) -> Queue {
        self.workers[worker].queue.clone()
    }

    /// Does it, and compares what the queue says to it with what it should.
    pub(crate) async fn perform(&mut self, operation: &Operation) -> Result<()> {
        match operation {
            Operation::Enqueue { by, jobs, commits } => self.enqueue(*by, jobs, *commits).await?,
            Operation::Claim { worker, limit } => self.claim(*worker, *limit).await?,
            Operation::Step { worker, lease, ending } => {
                if let Some(lease) = lease.checked_rem(self.workers[*worker].held.len()) {
                    self.step(*worker, lease, ending).await?;
                }
            }
            Operation::Work { worker, endings } => self.work(*worker, endings).await?,
            Operation::Renew { worker } => self.renew(*worker).await?,
            Operation::Yield { worker } => self.yield_lane(*worker).await?,
            Operation::Crash { worker } => self.crash(*worker),
            Operation::Advance(millis) => self.advance(*millis),
            Operation::Measure { worker, error } => {
                let worker = &self.workers[*worker];
                worker.queue.time().assume_offset(error - worker.skew);
            }
            Operation::Unpark { by, key } => {
                let mut tx = self.db.begin().await?;
                let woken = self.queue(*by).unpark(&mut tx, &wait_key(*key)).await?;
                tx.commit().await?;
                let expected = self.reference.unpark(*key, self.time_of(*by));
                ensure!(woken == expected, "{woken} of {expected} were let go");
            }
            Operation::Hold { by, scope, pause } => {
                let until = self.time_of(*by) + pause;
                let mut tx = self.db.begin().await?;
                self.queue(*by).hold(&mut tx, &self::scope(*scope), until, "asked to wait").await?;
                tx.commit().await?;
                self.reference.hold(*scope, until);
            }
            Operation::ReleaseHold { by, scope } => {
                let mut tx = self.db.begin().await?;
                let was_held = self.queue(*by).release_hold(&mut tx, &self::scope(*scope)).await?;
                tx.commit().await?;
                ensure!(was_held == self.reference.holds.remove(scope).is_some());
            }
            Operation::Care { by } => self.care(*by).await?,
            Operation::Revive { by, nth } => self.revive(*by, *nth).await?,
        }
        self.look_at_lanes().await
    }

    pub(crate) fn advance(&mut self, millis: i64) {
        self.now += millis;
        for worker in &self.workers {
            worker.clock.advance(Duration::from_millis(millis.unsigned_abs()));
        }
    }

    async fn enqueue(&mut self, by: usize, specs: &[Spec], commits: bool) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let before = self.reference.jobs.clone();
        for spec in specs {
            self.enqueue_in(&mut tx, by, spec).await?;
        }
        if commits {
            tx.commit().await?;
        } else {
            self.reference.jobs = before;
            tx.rollback().await?;
        }
        Ok(())
    }

    /// Into the reference as well; a caller that does not commit takes it out again.
    pub(crate) async fn enqueue_in(&mut self, tx: &mut Tx, by: usize, spec: &Spec) -> Result<()> {
        self.jobs += 1;
        let number = self.jobs;
        let new = NewJob {
            lane: Lane::named(LANES[spec.lane]),
            // No two jobs share a place, so that the order is known.
            order: spec.order.map_or(Order::Arrival, |key| Order::At(key * 1_000 + number)),
            priority: Priority::Normal,
            kind: "model",
            payload: number.to_string(),
            dedup_key: spec.dedup.map(|key| format!("dedup {key}")),
            coalesce_key: spec.coalesce.map(|key| format!("coalesce {key}")),
        };
        let enqueued = self.queue(by).enqueue_one(tx, &new).await?;
        let is_known = self.reference.is_known(spec);
        ensure!((enqueued == Enqueued::Duplicate) == is_known, "job {number} is {enqueued:?}");
        if is_known {
            return Ok(());
        }
        let (id, order_key): (JobId, i64) = tx
            .query(sql!("SELECT id, order_key FROM jobs WHERE payload = $1"))
            .bind(new.payload)
            .fetch_one()
            .await?;
        if spec.order.is_none() {
            let last = self.reference.jobs.values().filter(|job| job.lane == spec.lane);
            let last = last.map(|job| job.order_key).max();
            ensure!(last.is_none_or(|last| last < order_key), "job {number} is not the last");
        }
        self.reference.jobs.insert(number, Job::new(id, spec, order_key, self.time_of(by)));
        Ok(())
    }

    pub(crate) fn crash(&mut self, worker: usize) {
        let worker = &mut self.workers[worker];
        worker.held.clear();
        worker.lives += 1;
        let first = worker.name.split('.').next().unwrap_or_default();
        worker.name = format!("{first}.{}", worker.lives);
    }

    async fn care(&mut self, by: usize) -> Result<()> {
        const LANE_MADE_AT_LEAST: i64 = 3_600_000;
        let now = self.time_of(by);
        let idle = self.lanes.iter().flatten().filter(|row| {
            row.owner.is_none()
                && row.due_at.is_none()
                && row.generation < (now - LANE_MADE_AT_LEAST) * 1_000
        });
        let idle = idle.count() as u64;
        let cared = self.queue(by).care(1_000).await?;
        let forgotten = (cared.done_jobs, cared.dead_jobs, cared.payloads, cared.holds);
        let expected = self.reference.forget(now);
        ensure!(forgotten == expected, "{cared:?} instead of {expected:?}");
        ensure!(cared.lanes == idle, "{} of {idle} idle lanes were removed", cared.lanes);
        Ok(())
    }

    async fn revive(&mut self, by: usize, nth: usize) -> Result<()> {
        let now = self.time_of(by);
        let dead = |job: &&mut Job| job.state == crate::reference::State::Dead;
        let Some(job) = self.reference.jobs.values_mut().filter(dead).nth(nth) else {
            return Ok(());
        };
        let mut tx = self.db.begin().await?;
        let revived = self.workers[by].queue.revive(&mut tx, &job.id).await?;
        tx.commit().await?;
        ensure!(revived.is_ok() == job.has_payload, "{revived:?}");
        if revived.is_ok() {
            job.revive(now);
        }
        Ok(())
    }

    /// Reads the lanes, and checks what must be true of them at any time.
    pub(crate) async fn look_at_lanes(&mut self) -> Result<()> {
        let rows: Vec<LaneRow> = self
            .db
            .read(sql!("SELECT lane, due_at, owner, epoch, generation FROM lanes"))
            .fetch_all()
            .await?;
        self.lanes = Default::default();
        for row in rows {
            let lane = LANES.iter().position(|name| *name == row.lane).context("a lane of ours")?;
            self.lanes[lane] = Some(row);
        }
        self.check_lanes()
    }
}

pub(crate) fn wait_key(key: u8) -> String {
    format!("wait {key}")
}

pub(crate) fn scope(scope: usize) -> Scope {
    SCOPES[scope].0.parse().expect("a scope")
}

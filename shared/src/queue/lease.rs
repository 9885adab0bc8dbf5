//! Leasing lanes, looking into them, and letting them go.

use super::hold::Active;
use super::{Job, Lane, Priority, Queue};
use crate::db::{DbError, Query, Statement, Tx};
use crate::ids::JobId;
use crate::sql;

/// The right to run a lane's jobs, for as long as it is renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The lane.
    pub lane: Lane,
    /// The worker that holds it.
    pub owner: String,
    /// This claim's number: no two claims of a lane have the same.
    pub epoch: i64,
    /// Whether another worker held the lane and never let it go.
    pub taken_over: bool,
}

/// What there is to do in a lane.
#[derive(Debug)]
pub enum Look {
    /// This job is due.
    Due(Box<Job>),
    /// Nothing is due now; the lane may be released if its generation is still this.
    Nothing {
        /// As of this look.
        generation: i64,
        /// The job at the head of the line, which is not due yet: its order key and when it is due.
        head: Option<(i64, i64)>,
    },
    /// Somebody else has the lane.
    Lost,
}

/// How an attempt to release a lane ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The lane is free.
    Released,
    /// Something was enqueued since the last look (or the lease is lost): look again.
    Changed,
}

/// A fenced write failed.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Another worker has the lane; nothing was written.
    #[error("the lease of {0} is lost")]
    LeaseLost(Lane),
    /// The database refused.
    #[error("the queue cannot use the database")]
    Db(#[from] DbError),
}

/// So many due lanes are looked at in one transaction once one of them was found held.
const HELD_BATCH: usize = 256;

/// A lane, and the job that is next in it, if there is one.
#[derive(sqlx::FromRow)]
struct Head {
    generation: i64,
    id: Option<JobId>,
    kind: Option<String>,
    payload: Option<String>,
    order_key: Option<i64>,
    attempts: Option<i64>,
    crashes: Option<i64>,
    not_before: Option<i64>,
    coalesce_key: Option<String>,
    failing_since: Option<i64>,
    trace_context: Option<String>,
    created_at: Option<i64>,
}

impl Head {
    fn job(self) -> Option<Job> {
        Some(Job {
            id: self.id?,
            kind: self.kind?,
            payload: self.payload,
            order_key: self.order_key?,
            attempts: self.attempts?,
            crashes: self.crashes?,
            not_before: self.not_before?,
            coalesce_key: self.coalesce_key,
            failing_since: self.failing_since,
            trace_context: self.trace_context,
            created_at: self.created_at?,
        })
    }
}

fn renewal() -> &'static Statement {
    sql!("UPDATE lanes SET due_at = $4 WHERE lane = $1 AND epoch = $2 AND owner = $3")
}

impl Queue {
    /// The earliest due time of each priority, in queue time. One cheap look that tells an idle worker
    /// whether there is anything to claim, and when there will be.
    pub async fn next_due(&self) -> Result<[Option<i64>; 3], DbError> {
        let (interactive, normal, maintenance) = self
            .db
            .read(sql!(
                "SELECT (SELECT MIN(due_at) FROM lanes WHERE priority = 0),
                        (SELECT MIN(due_at) FROM lanes WHERE priority = 1),
                        (SELECT MIN(due_at) FROM lanes WHERE priority = 2)"
            ))
            .fetch_one()
            .await?;
        Ok([interactive, normal, maintenance])
    }

    /// Claims up to `limit` due lanes of one priority for `owner`, until `lease_millis` from now. Lanes that
    /// a hold stops sleep until it ends, whatever is enqueued meanwhile.
    pub async fn claim(
        &self,
        owner: &str,
        priority: Priority,
        limit: usize,
        lease_millis: i64,
    ) -> Result<Vec<Lease>, DbError> {
        let mut leases = Vec::new();
        let mut batch = limit;
        while leases.len() < limit {
            let wanted = limit - leases.len();
            let (claimed, held) =
                self.claim_batch(owner, priority, wanted, batch, lease_millis).await?;
            leases.extend(claimed);
            if held == 0 {
                break;
            }
            // Behind a held lane there may be many more of the same workspace.
            batch = HELD_BATCH.max(limit);
        }
        Ok(leases)
    }

    /// Looks at `batch` due lanes in one transaction: puts those that are held to sleep, and claims up to
    /// `wanted` of the others. Returns the claims, and how many were held.
    async fn claim_batch(
        &self,
        owner: &str,
        priority: Priority,
        wanted: usize,
        batch: usize,
        lease_millis: i64,
    ) -> Result<(Vec<Lease>, usize), DbError> {
        let now = self.time.now();
        let mut tx = self.db.begin().await?;
        let holds = self.active_holds(&mut tx).await?;
        let due: Vec<(String, i64, Option<String>)> = tx
            .query(sql!(
                "SELECT lane, epoch, owner FROM lanes WHERE priority = $1 AND due_at <= $2
                 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED",
                // SQLite has one writer at a time: the transaction is the lock.
                sqlite: "SELECT lane, epoch, owner FROM lanes WHERE priority = $1 AND due_at <= $2
                 ORDER BY due_at LIMIT $3"
            ))
            .bind(priority as i64)
            .bind(now)
            .bind(i64::try_from(batch).unwrap_or(i64::MAX))
            .fetch_all()
            .await?;
        let due: Vec<(Lane, i64, Option<String>)> =
            due.into_iter().map(|(lane, epoch, owner)| (Lane::named(lane), epoch, owner)).collect();
        let any_held = due.iter().any(|(lane, ..)| holds.until(lane).is_some());
        let locked = if any_held { self.lock_holds(&mut tx).await? } else { Active::default() };
        let (mut leases, mut held) = (Vec::new(), 0);
        for (lane, epoch, previous_owner) in due {
            let epoch = epoch + 1;
            let held_until = locked.until(&lane);
            // A lane whose hold is being changed is left to the next claim.
            let is_changing = held_until.is_none() && holds.until(&lane).is_some();
            if is_changing || (held_until.is_none() && leases.len() == wanted) {
                continue;
            }
            tx.query(sql!("UPDATE lanes SET due_at = $2, owner = $3, epoch = $4, sleeps_for = $5 WHERE lane = $1"))
                .bind(lane.as_str())
                .bind(held_until.unwrap_or(now + lease_millis))
                .bind(held_until.is_none().then_some(owner))
                .bind(epoch)
                // Nothing sorts before it, so nothing that is enqueued ends the hold.
                .bind(held_until.map(|_| i64::MIN))
                .execute_one("lanes", &lane)
                .await?;
            if held_until.is_some() {
                held += 1;
                continue;
            }
            // One's own lapsed lease tells of a slow database, not of a crash.
            let taken_over = previous_owner.is_some_and(|previous| previous != owner);
            leases.push(Lease { lane, owner: owner.to_owned(), epoch, taken_over });
        }
        tx.commit().await?;
        Ok((leases, held))
    }

    /// Looks what is to be done in the lane. A job beside the lane goes first once its time has come;
    /// otherwise the head of the line, if it is due: nobody overtakes it.
    pub async fn look(&self, lease: &Lease) -> Result<Look, DbError> {
        let now = self.time.now();
        let head: Option<Head> = self
            .db
            .read(sql!(
                // No UNION: what a job says would go through a file of MySQL's for each look.
                "SELECT lanes.generation, head.id, head.kind, head.payload, head.order_key, head.attempts, head.crashes,
                        head.not_before, head.coalesce_key, head.failing_since, head.trace_context, head.created_at
                 FROM lanes LEFT JOIN jobs AS head ON head.id = COALESCE(
                     (SELECT id FROM jobs WHERE lane = $1 AND state IN ('late', 'parked') AND not_before <= $4
                      ORDER BY not_before, id LIMIT 1),
                     (SELECT id FROM jobs WHERE lane = $1 AND state = 'pending' ORDER BY order_key, id LIMIT 1))
                 WHERE lanes.lane = $1 AND lanes.epoch = $2 AND lanes.owner = $3"
            ))
            .bind(lease.lane.as_str())
            .bind(lease.epoch)
            .bind(lease.owner.as_str())
            .bind(now)
            .fetch_optional()
            .await?;
        let Some(head) = head else { return Ok(Look::Lost) };
        let generation = head.generation;
        Ok(match head.job() {
            Some(job) if job.not_before <= now => Look::Due(Box::new(job)),
            Some(job) => Look::Nothing { generation, head: Some((job.order_key, job.not_before)) },
            None => Look::Nothing { generation, head: None },
        })
    }

    /// The last statement before each commit of a handler: it succeeds only while the lease is held, and
    /// renews it. Afterwards nobody else can have written in between.
    pub async fn fence(
        &self,
        tx: &mut Tx,
        lease: &Lease,
        lease_millis: i64,
    ) -> Result<(), QueueError> {
        let is_ours = self.renew_by(tx.query(renewal()), lease, lease_millis).await?;
        if is_ours { Ok(()) } else { Err(QueueError::LeaseLost(lease.lane.clone())) }
    }

    /// Renews the lease; `false`: it is lost.
    pub async fn renew(&self, lease: &Lease, lease_millis: i64) -> Result<bool, DbError> {
        self.renew_by(self.db.write(renewal()), lease, lease_millis).await
    }

    async fn renew_by<'q>(
        &self,
        renewal: Query<'q>,
        lease: &'q Lease,
        lease_millis: i64,
    ) -> Result<bool, DbError> {
        let renewed = renewal
            .bind(lease.lane.as_str())
            .bind(lease.epoch)
            .bind(lease.owner.as_str())
            .bind(self.time.now() + lease_millis)
            .execute()
            .await?;
        Ok(renewed == 1)
    }

    /// Lets a lane with nothing to do sleep: until its head or a job that was set aside is due, or until
    /// something is enqueued. Refuses if something was enqueued since the look that found `generation`.
    pub async fn release(
        &self,
        lease: &Lease,
        generation: i64,
        head: Option<(i64, i64)>,
    ) -> Result<Release, DbError> {
        let late: (Option<i64>,) = self
            .db
            .read(sql!(
                "SELECT MIN(not_before) FROM jobs WHERE lane = $1 AND state IN ('late', 'parked')"
            ))
            .bind(lease.lane.as_str())
            .fetch_one()
            .await?;
        let due_at = match (head.map(|(_, due)| due), late.0) {
            (Some(head), Some(late)) => Some(head.min(late)),
            (head, late) => head.or(late),
        };
        let released = self
            .db
            .write(sql!(
                "UPDATE lanes SET owner = NULL, due_at = $5, sleeps_for = $6
                 WHERE lane = $1 AND epoch = $2 AND owner = $3 AND generation = $4"
            ))
            .bind(lease.lane.as_str())
            .bind(lease.epoch)
            .bind(lease.owner.as_str())
            .bind(generation)
            .bind(due_at)
            .bind(head.map(|(order_key, _)| order_key))
            .execute()
            .await?;
        Ok(if released == 1 { Release::Released } else { Release::Changed })
    }

    /// Gives a lane back that still has work: the next free slot, here or elsewhere, goes on with it.
    pub async fn yield_lane(&self, lease: &Lease) -> Result<(), DbError> {
        self.db
            .write(sql!("UPDATE lanes SET owner = NULL, due_at = $4 WHERE lane = $1 AND epoch = $2 AND owner = $3"))
            .bind(lease.lane.as_str())
            .bind(lease.epoch)
            .bind(lease.owner.as_str())
            .bind(self.time.now())
            .execute()
            .await
            .map(drop)
    }

    /// Gives back every lane that `owner` still holds, when it ends. Walks through all lanes.
    pub async fn give_back(&self, owner: &str) -> Result<u64, DbError> {
        self.db
            .write(sql!("UPDATE lanes SET owner = NULL, due_at = $2 WHERE owner = $1"))
            .bind(owner)
            .bind(self.time.now())
            .execute()
            .await
    }
}

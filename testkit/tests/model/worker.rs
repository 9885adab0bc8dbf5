//! What a simulated worker does: the statements of `worker/src/runtime/drain.rs`, one at a time.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use shared::db::Tx;
use shared::queue::{Job as Stored, Look, Priority, QueueError, Release};

use crate::operation::{Ending, LANES};
use crate::reference::State;
use crate::world::{Held, LEASE, Phase, World, scope, wait_key};

/// A job that was at the head of its lane whenever a worker died dies as well.
const MOST_CRASHES: i64 = 5;
/// A worker comes no further than this at once.
const STEPS_BEFORE_FREEZING: usize = 16;
/// So many steps are more than enough for all jobs of a case.
const MOST_STEPS: usize = 600;

impl World {
    pub(crate) async fn claim(&mut self, worker: usize, limit: usize) -> Result<()> {
        let (now, name) = (self.time_of(worker), self.workers[worker].name.clone());
        let is_due = |lane: &usize| {
            let row = self.lanes[*lane].as_ref();
            row.and_then(|row| row.due_at).is_some_and(|due| due <= now)
        };
        let is_held = |lane: &usize| self.reference.held_until(*lane, now).is_some();
        // A lane that is held is put to sleep, even if somebody who froze still believes in it.
        let (held, due): (Vec<usize>, Vec<usize>) =
            (0..LANES.len()).filter(is_due).partition(is_held);
        self.freed = held;
        let leases = self.queue(worker).claim(&name, Priority::Normal, limit, LEASE).await?;
        ensure!(leases.len() == limit.min(due.len()), "{leases:?} of {due:?}, at most {limit}");
        for lease in leases {
            let lane = due.iter().find(|lane| LANES[**lane] == lease.lane.as_str());
            let lane = *lane.with_context(|| format!("{lease:?} was not due"))?;
            let row = self.lanes[lane].as_ref().context("it was due")?;
            ensure!(lease.epoch > self.highest[lane].0, "{lease:?} has an old number");
            let is_anothers = row.owner.as_ref().is_some_and(|owner| *owner != name);
            ensure!(lease.taken_over == is_anothers, "{lease:?} was not so before");
            self.claims += 1;
            self.holders[lane] = Some((self.claims, now + LEASE));
            let (claim, blames) = (self.claims, lease.taken_over);
            let held = Held { lease, lane, claim, phase: Phase::Fresh, blames };
            self.workers[worker].held.push(held);
        }
        Ok(())
    }

    /// Takes step after step; freezes if that takes long.
    pub(crate) async fn work(&mut self, worker: usize, endings: &[Ending]) -> Result<()> {
        if self.workers[worker].held.is_empty() {
            self.claim(worker, LANES.len()).await?;
            self.look_at_lanes().await?;
        }
        let mut endings = endings.iter().cycle();
        for _ in 0..STEPS_BEFORE_FREEZING {
            let Some(held) = self.workers[worker].held.first() else { break };
            let ending = match held.phase {
                Phase::Due(_) => endings.next().context("one at least")?,
                _ => &Ending::Done(None),
            };
            self.step(worker, 0, ending).await?;
            self.look_at_lanes().await?;
        }
        Ok(())
    }

    /// Takes step after step until the worker holds nothing.
    pub(crate) async fn run(&mut self, worker: usize) -> Result<()> {
        for _ in 0..MOST_STEPS {
            if self.workers[worker].held.is_empty() {
                return Ok(());
            }
            self.step(worker, 0, &Ending::Done(None)).await?;
            self.look_at_lanes().await?;
        }
        anyhow::bail!("the worker comes to no end: {:?}", self.workers[worker].held)
    }

    pub(crate) async fn step(&mut self, worker: usize, at: usize, ending: &Ending) -> Result<()> {
        let mut held = self.workers[worker].held.remove(at);
        let phase = std::mem::replace(&mut held.phase, Phase::Fresh);
        let next = match phase {
            Phase::Fresh => self.look(worker, &mut held).await?,
            Phase::Due(job) => self.run_job(worker, &held, &job, ending).await?,
            Phase::Nothing { generation, head } => {
                self.release(worker, &held, generation, head).await?
            }
        };
        if let Some(phase) = next {
            held.phase = phase;
            self.workers[worker].held.insert(at, held);
        }
        Ok(())
    }

    fn is_holder(&self, held: &Held) -> bool {
        self.holders[held.lane].is_some_and(|(claim, _)| claim == held.claim)
    }

    async fn look(&mut self, worker: usize, held: &mut Held) -> Result<Option<Phase>> {
        let now = self.time_of(worker);
        let look = self.queue(worker).look(&held.lease).await?;
        ensure!(matches!(look, Look::Lost) != self.is_holder(held), "{look:?} with {held:?}");
        let expected = self.reference.next(held.lane, now);
        match look {
            Look::Lost => Ok(None),
            Look::Due(job) => {
                let number: i64 = job.payload()?.parse()?;
                ensure!(expected == Some(number), "{number} is due instead of {expected:?}");
                if std::mem::take(&mut held.blames) {
                    let mut tx = self.db.begin().await?;
                    let crashes = self.queue(worker).count_crash(&mut tx, &job).await?;
                    tx.commit().await?;
                    let expected =
                        &mut self.reference.jobs.get_mut(&number).context("ours")?.crashes;
                    *expected += 1;
                    ensure!(*expected == crashes, "{crashes} crashes, not {expected}");
                }
                Ok(Some(Phase::Due(job)))
            }
            Look::Nothing { generation, head } => {
                ensure!(expected.is_none(), "{expected:?} is due");
                let line = self.reference.head(held.lane);
                let line = line.map(|(_, job)| (job.order_key, job.not_before));
                ensure!(head == line, "the head is {line:?}, not {head:?}");
                Ok(Some(Phase::Nothing { generation, head }))
            }
        }
    }

    async fn run_job(
        &mut self,
        worker: usize,
        held: &Held,
        job: &Stored,
        ending: &Ending,
    ) -> Result<Option<Phase>> {
        let number: i64 = job.payload()?.parse()?;
        let queue = self.queue(worker);
        queue.begin(job).await?;
        if let Some(job) = self.reference.jobs.get_mut(&number) {
            job.coalesce = None;
        }
        let crashes = self.reference.jobs.get(&number).map_or(0, |job| job.crashes);
        let ending = if crashes >= MOST_CRASHES { &Ending::Bury } else { ending };
        let before = (self.reference.jobs.clone(), self.reference.holds.clone());
        let mut tx = self.db.begin().await?;
        let is_open = self.reference.jobs.get(&number).is_some_and(|job| !job.has_ended());
        let ended = self.end(&mut tx, worker, number, job, ending, is_open).await;
        if !is_open {
            // Somebody else has ended it: even the job's row says so.
            ensure!(ended.is_err(), "a job ended twice: {number}");
            ensure!(!self.is_holder(held), "only who has the lane ends its jobs");
            return Ok(Some(Phase::Fresh));
        }
        ended?;
        let fenced = queue.fence(&mut tx, &held.lease, LEASE).await;
        match fenced {
            Ok(()) => ensure!(self.is_holder(held), "passed the fence of a lost lane: {held:?}"),
            Err(QueueError::LeaseLost(_)) => ensure!(!self.is_holder(held), "lost {held:?}"),
            Err(QueueError::Db(error)) => return Err(error.into()),
        }
        let is_killed = matches!(ending, Ending::Crash);
        if fenced.is_ok() && !is_killed {
            tx.commit().await?;
            self.holders[held.lane] = Some((held.claim, self.time_of(worker) + LEASE));
            return Ok(Some(Phase::Fresh));
        }
        tx.rollback().await?;
        (self.reference.jobs, self.reference.holds) = before;
        if is_killed {
            self.crash(worker);
        }
        Ok(None)
    }

    /// Into the reference as well; a caller that does not commit takes it out again.
    async fn end(
        &mut self,
        tx: &mut Tx,
        worker: usize,
        number: i64,
        stored: &Stored,
        ending: &Ending,
        is_open: bool,
    ) -> Result<()> {
        let (queue, now) = (self.queue(worker), self.time_of(worker));
        let pause = |millis: i64| Duration::from_millis(millis.unsigned_abs());
        match ending {
            Ending::Done(_) | Ending::Crash => queue.done(tx, &stored.id).await?,
            Ending::Retry(millis) => queue.retry(tx, stored, pause(*millis), "no luck").await?,
            Ending::Snooze(millis) => queue.snooze(tx, stored, pause(*millis), "waits").await?,
            Ending::Park(key, millis) => {
                queue.park(tx, stored, &wait_key(*key), now + millis, "waits").await?;
            }
            Ending::Hold(held, millis) => {
                queue.hold(tx, &scope(*held), now + millis, "asked to wait").await?;
                queue.snooze(tx, stored, pause(*millis), "waits").await?;
            }
            Ending::Bury => queue.bury(tx, stored, "cannot be done").await?,
        }
        if !is_open {
            return Ok(());
        }
        let job = self.reference.jobs.get_mut(&number).context("ours")?;
        match ending {
            Ending::Done(_) | Ending::Crash => job.end(State::Done, now),
            Ending::Retry(millis) => job.fail(*millis, now),
            Ending::Snooze(millis) | Ending::Hold(_, millis) => job.not_before = now + millis,
            Ending::Park(key, millis) => {
                job.state = State::Parked(*key);
                job.not_before = now + millis;
            }
            Ending::Bury => job.end(State::Dead, now),
        }
        match ending {
            Ending::Hold(held, millis) => self.reference.hold(*held, now + millis),
            Ending::Done(Some(follows)) => self.enqueue_in(tx, worker, follows).await?,
            _ => {}
        }
        Ok(())
    }

    async fn release(
        &mut self,
        worker: usize,
        belief: &Held,
        generation: i64,
        head: Option<(i64, i64)>,
    ) -> Result<Option<Phase>> {
        let row = self.lanes[belief.lane].as_ref();
        let is_unchanged = row.is_some_and(|row| row.generation == generation);
        let released = self.queue(worker).release(&belief.lease, generation, head).await?;
        let expected = self.is_holder(belief) && is_unchanged;
        ensure!((released == Release::Released) == expected, "{released:?} of {belief:?}");
        if !expected {
            return Ok(Some(Phase::Fresh));
        }
        self.holders[belief.lane] = None;
        Ok(None)
    }

    pub(crate) async fn renew(&mut self, worker: usize) -> Result<()> {
        let until = self.time_of(worker) + LEASE;
        for held in &self.workers[worker].held {
            let renewed = self.queue(worker).renew(&held.lease, LEASE).await?;
            ensure!(renewed == self.is_holder(held), "renewed: {renewed}, with {held:?}");
            if renewed {
                self.holders[held.lane] = Some((held.claim, until));
            }
        }
        Ok(())
    }

    pub(crate) async fn yield_lane(&mut self, worker: usize) -> Result<()> {
        let Some(held) = self.workers[worker].held.pop() else { return Ok(()) };
        self.queue(worker).yield_lane(&held.lease).await?;
        if self.is_holder(&held) {
            self.holders[held.lane] = None;
        }
        Ok(())
    }
}

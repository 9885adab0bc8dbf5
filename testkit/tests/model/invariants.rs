//! What must be true after every operation, and in the end.

use anyhow::{Context as _, Result, ensure};
use shared::ids::JobId;
use shared::sql;

use crate::operation::{ERROR, LANES, WORKERS};
use crate::world::{LEASE, World};

/// One process wrote the time by which another is judged.
const TOLERANCE: i64 = 2 * ERROR;
/// Nothing is kept longer than this.
const EVERYTHING_KEPT_FOR: i64 = 91 * 24 * 3_600_000;
/// Works without errors, and does nothing before the end.
const HEALTHY: usize = WORKERS;

impl World {
    /// No wake-up is lost: a lane with work is looked at when the work is due. Numbers only rise.
    pub(crate) fn check_lanes(&mut self) -> Result<()> {
        for (lane, name) in LANES.iter().enumerate() {
            if let Some(row) = &self.lanes[lane] {
                let highest = &mut self.highest[lane];
                ensure!((row.epoch, row.generation) >= *highest, "{row:?} had {highest:?}");
                ensure!(row.generation >= highest.1, "{row:?} had {highest:?}");
                *highest = (row.epoch, row.generation);
            }
            self.check_lease(lane)?;
            let row = self.lanes[lane].as_ref();
            let Some(wanted_at) = self.reference.wanted_at(lane) else { continue };
            let row = row.with_context(|| format!("{name} has jobs and is gone"))?;
            let due_at = row.due_at.with_context(|| format!("{row:?} has jobs and is idle"))?;
            let bound = if row.owner.is_some() {
                self.now + LEASE
            } else {
                let held_until = self.reference.held_until(lane, self.now);
                wanted_at.max(self.now).max(held_until.unwrap_or_default())
            };
            ensure!(due_at <= bound + TOLERANCE, "{row:?} sleeps too long: {wanted_at}, {bound}");
        }
        self.freed.clear();
        Ok(())
    }

    /// A lane is leased to its last claim, until that has promised, and to nobody else.
    fn check_lease(&mut self, lane: usize) -> Result<()> {
        let row = self.lanes[lane].as_ref();
        let leased_until = row.filter(|row| row.owner.is_some()).and_then(|row| row.due_at);
        if leased_until.is_none() && self.freed.contains(&lane) {
            self.holders[lane] = None;
        }
        let promised = self.holders[lane].map(|(_, until)| until);
        ensure!(leased_until == promised, "{row:?} should be leased until {promised:?}");
        Ok(())
    }

    /// When everything has been run, if workers are there and nothing new comes.
    fn everything_is_due_at(&self) -> i64 {
        let jobs = self.reference.jobs.values();
        let jobs = jobs.filter(|job| !job.has_ended()).map(|job| job.not_before);
        let holds = self.reference.holds.values().copied();
        jobs.chain(holds).fold(self.now + LEASE, i64::max) + TOLERANCE
    }

    /// One healthy worker is enough: by then every job is run, once, and the queue is as good as new.
    pub(crate) async fn end_well(mut self) -> Result<()> {
        self.check_jobs().await?;
        self.advance(self.everything_is_due_at() - self.now);
        // Each round takes every lane that is due; what follows from one lane in another is due at once.
        loop {
            self.claim(HEALTHY, LANES.len()).await?;
            self.look_at_lanes().await?;
            if self.workers[HEALTHY].held.is_empty() {
                break;
            }
            self.run(HEALTHY).await?;
        }
        let open = self.reference.jobs.iter().find(|(_, job)| !job.has_ended());
        ensure!(open.is_none(), "never run: {open:?}");
        self.check_jobs().await?;

        self.advance(EVERYTHING_KEPT_FOR);
        let queue = self.queue(HEALTHY);
        while !queue.care(7).await?.is_nothing() {}
        let stats = queue.stats().await?;
        ensure!(stats.jobs.is_empty(), "{stats:?}");
        let lanes = (stats.lanes.due, stats.lanes.asleep, stats.lanes.leased, stats.lanes.idle);
        ensure!(lanes == (0, 0, 0, 0), "{stats:?}");
        ensure!(queue.holds().await?.is_empty(), "holds are left");
        Ok(())
    }

    /// The table holds the jobs of committed transactions and no others, each where it should stand.
    async fn check_jobs(&self) -> Result<()> {
        let mut rows: Vec<(JobId, String, i64)> =
            self.db.read(sql!("SELECT id, state, not_before FROM jobs")).fetch_all().await?;
        rows.sort();
        let jobs = self.reference.jobs.values();
        let mut expected: Vec<_> =
            jobs.map(|job| (job.id.clone(), job.state.name().to_owned(), job.not_before)).collect();
        expected.sort();
        ensure!(rows == expected, "{rows:?} instead of {expected:?}");
        Ok(())
    }
}

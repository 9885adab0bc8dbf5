//! What the queue promises, in memory: the jobs whose transactions were committed, and what became of each.

use std::collections::{BTreeMap, HashMap};

use shared::ids::JobId;

use crate::operation::{SCOPES, Spec};

/// A job that fails holds its lane so long.
const HOLDS_LANE_FOR: i64 = 120_000;
const HOUR: i64 = 3_600_000;
const DONE_KEPT_FOR: i64 = 7 * 24 * HOUR;
const PAYLOAD_KEPT_FOR: i64 = 30 * 24 * HOUR;
const DEAD_KEPT_FOR: i64 = 90 * 24 * HOUR;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Pending,
    Late,
    Parked(u8),
    Done,
    Dead,
}

impl State {
    /// As it stands in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Late => "late",
            Self::Parked(_) => "parked",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) lane: usize,
    pub(crate) order_key: i64,
    pub(crate) dedup: Option<u8>,
    pub(crate) coalesce: Option<u8>,
    pub(crate) state: State,
    pub(crate) not_before: i64,
    pub(crate) failing_since: Option<i64>,
    pub(crate) crashes: i64,
    pub(crate) finished_at: i64,
    pub(crate) has_payload: bool,
}

impl Job {
    pub(crate) fn new(id: JobId, spec: &Spec, order_key: i64, now: i64) -> Self {
        Self {
            id,
            lane: spec.lane,
            order_key,
            dedup: spec.dedup,
            coalesce: spec.coalesce,
            state: State::Pending,
            not_before: now,
            failing_since: None,
            crashes: 0,
            finished_at: 0,
            has_payload: true,
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state, State::Done | State::Dead)
    }

    pub(crate) fn is_aside(&self) -> bool {
        matches!(self.state, State::Late | State::Parked(_))
    }

    pub(crate) fn end(&mut self, state: State, now: i64) {
        assert!(!self.has_ended(), "nothing ends twice");
        self.state = state;
        self.coalesce = None;
        self.finished_at = now;
    }

    pub(crate) fn fail(&mut self, pause: i64, now: i64) {
        let since = *self.failing_since.get_or_insert(now);
        if self.state != State::Late {
            self.state = if now - since >= HOLDS_LANE_FOR { State::Late } else { State::Pending };
        }
        self.not_before = now + pause;
    }

    pub(crate) fn revive(&mut self, now: i64) {
        self.state = State::Pending;
        self.not_before = now;
        self.failing_since = None;
        self.crashes = 0;
    }
}

/// The jobs by their number, which is their payload, and the holds by their place in [`SCOPES`].
#[derive(Debug, Default)]
pub(crate) struct Reference {
    pub(crate) jobs: BTreeMap<i64, Job>,
    pub(crate) holds: HashMap<usize, i64>,
}

/// What care removes: done jobs, dead jobs, payloads, holds.
pub(crate) type Forgotten = (u64, u64, u64, u64);

impl Reference {
    fn in_lane(&self, lane: usize) -> impl Iterator<Item = (&i64, &Job)> {
        self.jobs.iter().filter(move |(_, job)| job.lane == lane)
    }

    /// Whether such a job is not stored again.
    pub(crate) fn is_known(&self, spec: &Spec) -> bool {
        self.jobs.values().any(|job| {
            (spec.dedup.is_some() && job.dedup == spec.dedup)
                || (spec.coalesce.is_some() && job.coalesce == spec.coalesce)
        })
    }

    /// The head of the lane's line.
    pub(crate) fn head(&self, lane: usize) -> Option<(i64, &Job)> {
        self.in_lane(lane)
            .filter(|(_, job)| job.state == State::Pending)
            .min_by_key(|(_, job)| (job.order_key, job.id.clone()))
            .map(|(number, job)| (*number, job))
    }

    /// What runs next in the lane at `now`: what is beside the lane and due, then the head of the line.
    pub(crate) fn next(&self, lane: usize, now: i64) -> Option<i64> {
        let aside = self
            .in_lane(lane)
            .filter(|(_, job)| job.is_aside() && job.not_before <= now)
            .min_by_key(|(_, job)| (job.not_before, job.id.clone()));
        let head = self.head(lane).filter(|(_, job)| job.not_before <= now);
        aside.map(|(number, _)| *number).or(head.map(|(number, _)| number))
    }

    /// When the lane has something to do, holds apart. `None`: it has nothing.
    pub(crate) fn wanted_at(&self, lane: usize) -> Option<i64> {
        let aside = self.in_lane(lane).filter(|(_, job)| job.is_aside());
        let head = self.head(lane).map(|(_, job)| job.not_before);
        aside.map(|(_, job)| job.not_before).chain(head).min()
    }

    /// Until when the lane is held.
    pub(crate) fn held_until(&self, lane: usize, now: i64) -> Option<i64> {
        let stops = |scope: &usize| SCOPES[*scope].1.contains(&lane);
        self.holds
            .iter()
            .filter(|(scope, until)| stops(scope) && **until > now)
            .map(|(_, until)| *until)
            .max()
    }

    pub(crate) fn hold(&mut self, scope: usize, until: i64) {
        let held = self.holds.entry(scope).or_insert(until);
        *held = until.max(*held);
    }

    /// How many jobs that wait for `key` are let go.
    pub(crate) fn unpark(&mut self, key: u8, now: i64) -> usize {
        let waiting = self.jobs.values_mut().filter(|job| job.state == State::Parked(key));
        waiting
            .map(|job| {
                job.state = State::Pending;
                job.not_before = now;
            })
            .count()
    }

    pub(crate) fn forget(&mut self, now: i64) -> Forgotten {
        let is_old = |job: &Job, kept_for| job.finished_at < now - kept_for;
        let mut forgotten = Forgotten::default();
        self.jobs.retain(|_, job| match job.state {
            State::Done if is_old(job, DONE_KEPT_FOR) => {
                forgotten.0 += 1;
                false
            }
            State::Dead if is_old(job, DEAD_KEPT_FOR) => {
                forgotten.1 += 1;
                false
            }
            State::Dead if job.has_payload && is_old(job, PAYLOAD_KEPT_FOR) => {
                job.has_payload = false;
                forgotten.2 += 1;
                true
            }
            _ => true,
        });
        self.holds.retain(|_, until| {
            let is_over = *until <= now;
            forgotten.3 += u64::from(is_over);
            !is_over
        });
        forgotten
    }
}

//! What may happen to a queue, in any order.

use proptest::prelude::*;

/// Simulated workers; each is also a process that enqueues, and does what operators do.
pub(crate) const WORKERS: usize = 3;
/// The lanes in use.
pub(crate) const LANES: [&str; 3] = ["dst:T1:C1", "dst:T1:C2", "fx:T2:C1"];
/// What may be held, and which of the lanes each stops.
pub(crate) const SCOPES: [(&str, &[usize]); 3] =
    [("team:T1", &[0, 1]), ("channel:T1:C2", &[1]), ("team:T2", &[2])];

/// A job to be stored.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) lane: usize,
    /// `None`: the order of arrival.
    pub(crate) order: Option<i64>,
    pub(crate) dedup: Option<u8>,
    pub(crate) coalesce: Option<u8>,
}

/// What a handler makes of its job.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    /// In the same transaction, it may enqueue what follows.
    Done(Option<Spec>),
    Retry(i64),
    Snooze(i64),
    Park(u8, i64),
    /// Holds a scope, and waits.
    Hold(usize, i64),
    Bury,
    /// The worker dies between its last statement and the commit.
    Crash,
}

/// One thing that happens. Times are in milliseconds.
#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Enqueue {
        by: usize,
        jobs: Vec<Spec>,
        commits: bool,
    },
    Claim {
        worker: usize,
        limit: usize,
    },
    /// One statement or transaction of one of the worker's leases. A worker without steps is frozen.
    Step {
        worker: usize,
        lease: usize,
        ending: Ending,
    },
    /// What a healthy worker does: claims, and takes step after step, with these endings in turn.
    Work {
        worker: usize,
        endings: Vec<Ending>,
    },
    Renew {
        worker: usize,
    },
    Yield {
        worker: usize,
    },
    /// Forgets everything and comes back under another name.
    Crash {
        worker: usize,
    },
    Advance(i64),
    /// The worker's measured offset is wrong by this from now on.
    Measure {
        worker: usize,
        error: i64,
    },
    Unpark {
        by: usize,
        key: u8,
    },
    Hold {
        by: usize,
        scope: usize,
        pause: i64,
    },
    ReleaseHold {
        by: usize,
        scope: usize,
    },
    Care {
        by: usize,
    },
    Revive {
        by: usize,
        nth: usize,
    },
}

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;
/// How wrong a worker's idea of the database's time may be.
pub(crate) const ERROR: i64 = 20;

fn worker() -> impl Strategy<Value = usize> {
    0..WORKERS
}

fn pause() -> impl Strategy<Value = i64> {
    prop_oneof![Just(SECOND), Just(30 * SECOND), Just(130 * SECOND), Just(HOUR)]
}

fn spec() -> impl Strategy<Value = Spec> {
    let order = prop_oneof![2 => (0..8_i64).prop_map(Some), 1 => Just(None)];
    let dedup = prop_oneof![3 => Just(None), 1 => (0..3_u8).prop_map(Some)];
    let coalesce = prop_oneof![3 => Just(None), 1 => (0..2_u8).prop_map(Some)];
    (0..LANES.len(), order, dedup, coalesce).prop_map(|(lane, order, dedup, coalesce)| Spec {
        lane,
        order,
        dedup,
        coalesce,
    })
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        5 => Just(Ending::Done(None)),
        2 => spec().prop_map(|follows| Ending::Done(Some(follows))),
        3 => pause().prop_map(Ending::Retry),
        1 => pause().prop_map(Ending::Snooze),
        3 => (0..2_u8, pause()).prop_map(|(key, pause)| Ending::Park(key, pause)),
        1 => (0..SCOPES.len(), pause()).prop_map(|(scope, pause)| Ending::Hold(scope, pause)),
        2 => Just(Ending::Bury),
        1 => Just(Ending::Crash),
    ]
}

/// How much time passes: from next to nothing to more than anything is kept for.
fn passing() -> impl Strategy<Value = i64> {
    prop_oneof![
        2 => Just(1),
        2 => Just(SECOND),
        2 => Just(5 * SECOND),
        5 => Just(crate::world::LEASE + ERROR),
        2 => Just(130 * SECOND),
        3 => Just(HOUR + SECOND),
        1 => Just(2 * DAY),
        1 => Just(8 * DAY),
        1 => Just(31 * DAY),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let enqueue = (worker(), prop::collection::vec(spec(), 1..4), prop::bool::weighted(0.9));
    let step = (worker(), 0..3_usize, ending());
    let work = (worker(), prop::collection::vec(ending(), 1..4));
    let hold = (worker(), 0..SCOPES.len(), pause());
    prop_oneof![
        6 => enqueue.prop_map(|(by, jobs, commits)| Operation::Enqueue { by, jobs, commits }),
        5 => (worker(), 1..4_usize).prop_map(|(worker, limit)| Operation::Claim { worker, limit }),
        12 => step.prop_map(|(worker, lease, ending)| Operation::Step { worker, lease, ending }),
        6 => work.prop_map(|(worker, endings)| Operation::Work { worker, endings }),
        1 => worker().prop_map(|worker| Operation::Renew { worker }),
        1 => worker().prop_map(|worker| Operation::Yield { worker }),
        1 => worker().prop_map(|worker| Operation::Crash { worker }),
        6 => passing().prop_map(Operation::Advance),
        1 => (worker(), -ERROR..=ERROR).prop_map(|(worker, error)| Operation::Measure { worker, error }),
        2 => (worker(), 0..2_u8).prop_map(|(by, key)| Operation::Unpark { by, key }),
        1 => hold.prop_map(|(by, scope, pause)| Operation::Hold { by, scope, pause }),
        1 => (worker(), 0..SCOPES.len()).prop_map(|(by, scope)| Operation::ReleaseHold { by, scope }),
        2 => worker().prop_map(|by| Operation::Care { by }),
        3 => (worker(), 0..2_usize).prop_map(|(by, nth)| Operation::Revive { by, nth }),
    ]
}

/// One case.
pub(crate) fn history() -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec(operation(), 20..=45)
}

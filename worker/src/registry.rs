//! Every kind of job, and the file that runs it.

use std::time::Duration;

use futures::future::BoxFuture;
use shared::db::{DbError, Tx};
use shared::jobs;
use shared::queue::{JobRow, NewJob, Queue};

use crate::jobs::{
    channel_event, deliver_copy, deliver_files, fill_gap, fill_thread, leave_channel, note_gap,
    notice, queue_care, refresh_copy, refresh_reactions, resume_channel, route_event,
};
use crate::{Done, Failure, JobContext};

/// Runs one job.
pub type Handler = for<'r> fn(&'r JobContext<'r>) -> BoxFuture<'r, Result<Done, Failure>>;

/// Notes in the job's own table that it is dead, in the transaction that buries it.
pub type OnDeath = for<'r> fn(&'r JobContext<'r>, &'r mut Tx) -> BoxFuture<'r, Result<(), DbError>>;

/// Puts the job's own table right when an operator replays it, and takes along what died with it, in the
/// transaction that revives it; the row is that of the dead job.
pub type OnReplay =
    for<'r> fn(&'r Queue, &'r JobRow, &'r mut Tx) -> BoxFuture<'r, Result<(), DbError>>;

/// A kind of job that is not enqueued by anything that happens, but by time.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// One job in each period of this length.
    pub every: Duration,
    /// The job of the period that began at this time (queue time). Its `dedup_key` is set by the scheduler.
    pub job: fn(i64) -> NewJob,
}

/// A kind of job: its stable name, its handler, and the longest that one run may take.
#[derive(Debug, Clone, Copy)]
pub struct Registered {
    /// Its stable name.
    pub kind: &'static str,
    /// What runs it.
    pub handler: Handler,
    /// A run that takes longer is given up and tried again.
    pub timeout: Duration,
    /// What else happens when the job dies.
    pub on_death: Option<OnDeath>,
    /// What else happens when the dead job is replayed.
    pub on_replay: Option<OnReplay>,
    /// How often it runs by itself.
    pub schedule: Option<Schedule>,
}

const QUICK: Duration = Duration::from_mins(1);
/// For files of a gigabyte on a slow line.
const TRANSFER: Duration = Duration::from_hours(6);
/// For work in bounded steps on a large and slow database.
const LONG: Duration = Duration::from_mins(10);

/// Job → handler.
#[expect(clippy::too_many_lines, reason = "a list: one entry a job")]
pub fn registry() -> Vec<Registered> {
    vec![
        Registered {
            kind: jobs::route_event::NAME,
            handler: |cx| Box::pin(route_event::run(cx)),
            timeout: QUICK,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::channel_event::NAME,
            handler: |cx| Box::pin(channel_event::run(cx)),
            timeout: QUICK,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::leave_channel::NAME,
            handler: |cx| Box::pin(leave_channel::run(cx)),
            timeout: QUICK,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::deliver_copy::NAME,
            handler: |cx| Box::pin(deliver_copy::run(cx)),
            timeout: QUICK,
            on_death: Some(|cx, tx| Box::pin(deliver_copy::on_death(cx, tx))),
            on_replay: Some(|queue, job, tx| Box::pin(deliver_copy::on_replay(queue, job, tx))),
            schedule: None,
        },
        Registered {
            kind: jobs::deliver_files::NAME,
            handler: |cx| Box::pin(deliver_files::run(cx)),
            timeout: TRANSFER,
            on_death: Some(|cx, tx| Box::pin(deliver_files::on_death(cx, tx))),
            on_replay: Some(|queue, job, tx| Box::pin(deliver_files::on_replay(queue, job, tx))),
            schedule: None,
        },
        Registered {
            kind: jobs::notice::NAME,
            handler: |cx| Box::pin(notice::run(cx)),
            timeout: QUICK,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::refresh_copy::NAME,
            handler: |cx| Box::pin(refresh_copy::run(cx)),
            timeout: QUICK,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::refresh_reactions::NAME,
            handler: |cx| Box::pin(refresh_reactions::run(cx)),
            timeout: QUICK,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::resume_channel::NAME,
            handler: |cx| Box::pin(resume_channel::run(cx)),
            timeout: LONG,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::note_gap::NAME,
            handler: |cx| Box::pin(note_gap::run(cx)),
            timeout: QUICK,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::fill_gap::NAME,
            handler: |cx| Box::pin(fill_gap::run(cx)),
            timeout: LONG,
            on_death: Some(|cx, tx| Box::pin(fill_gap::on_death(cx, tx))),
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::fill_thread::NAME,
            handler: |cx| Box::pin(fill_thread::run(cx)),
            timeout: LONG,
            on_death: None,
            on_replay: None,
            schedule: None,
        },
        Registered {
            kind: jobs::queue_care::NAME,
            handler: |cx| Box::pin(queue_care::run(cx)),
            timeout: LONG,
            on_death: None,
            on_replay: None,
            schedule: Some(Schedule { every: Duration::from_mins(10), job: jobs::queue_care::job }),
        },
    ]
}

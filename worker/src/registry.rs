//! Every kind of job, and the file that runs it.

use std::time::Duration;

use futures::future::BoxFuture;
use shared::db::{DbError, Tx};
use shared::jobs;
use shared::queue::{JobRow, NewJob, Queue};

use crate::jobs::{
    channel_event, channel_notice, daily_digest, deliver_copy, deliver_files, directory_care,
    exchange_code, fill_gap, fill_thread, home_action, install_workspace, leave_channel,
    member_event, note_gap, notice, publish_home, queue_care, read_directory, refresh_copy,
    refresh_reactions, renew_token, restore_workspace, resume_channel, retention_sweep,
    route_event, tell_admins, token_care, workspace_event,
};
use crate::{Done, Failure, JobContext};

/// Runs one job.
pub type Handler = for<'r> fn(&'r JobContext<'r>) -> BoxFuture<'r, Result<Done, Failure>>;

/// Notes in the job's own table that it is dead, and why, in the transaction that buries it.
pub type OnDeath =
    for<'r> fn(&'r JobContext<'r>, &'r mut Tx, &'r str) -> BoxFuture<'r, Result<(), DbError>>;

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

/// A kind of job of which nothing else is known.
fn job(kind: &'static str, handler: Handler, timeout: Duration) -> Registered {
    Registered { kind, handler, timeout, on_death: None, on_replay: None, schedule: None }
}

/// Job → handler.
pub fn registry() -> Vec<Registered> {
    vec![
        job(jobs::route_event::NAME, |cx| Box::pin(route_event::run(cx)), QUICK),
        job(jobs::channel_event::NAME, |cx| Box::pin(channel_event::run(cx)), QUICK),
        job(jobs::channel_notice::NAME, |cx| Box::pin(channel_notice::run(cx)), QUICK),
        job(jobs::leave_channel::NAME, |cx| Box::pin(leave_channel::run(cx)), QUICK),
        Registered {
            on_death: Some(|cx, tx, reason| Box::pin(deliver_copy::on_death(cx, tx, reason))),
            on_replay: Some(|queue, job, tx| Box::pin(deliver_copy::on_replay(queue, job, tx))),
            ..job(jobs::deliver_copy::NAME, |cx| Box::pin(deliver_copy::run(cx)), QUICK)
        },
        Registered {
            on_death: Some(|cx, tx, reason| Box::pin(deliver_files::on_death(cx, tx, reason))),
            on_replay: Some(|queue, job, tx| Box::pin(deliver_files::on_replay(queue, job, tx))),
            ..job(jobs::deliver_files::NAME, |cx| Box::pin(deliver_files::run(cx)), TRANSFER)
        },
        job(jobs::notice::NAME, |cx| Box::pin(notice::run(cx)), QUICK),
        job(jobs::publish_home::NAME, |cx| Box::pin(publish_home::run(cx)), QUICK),
        job(jobs::home_action::NAME, |cx| Box::pin(home_action::run(cx)), QUICK),
        job(jobs::tell_admins::NAME, |cx| Box::pin(tell_admins::run(cx)), LONG),
        Registered {
            schedule: Some(Schedule {
                every: Duration::from_hours(24),
                job: jobs::daily_digest::job,
            }),
            ..job(jobs::daily_digest::NAME, |cx| Box::pin(daily_digest::run(cx)), LONG)
        },
        Registered {
            on_death: Some(|cx, tx, reason| Box::pin(refresh_copy::on_death(cx, tx, reason))),
            on_replay: Some(|queue, job, tx| Box::pin(refresh_copy::on_replay(queue, job, tx))),
            ..job(jobs::refresh_copy::NAME, |cx| Box::pin(refresh_copy::run(cx)), QUICK)
        },
        job(jobs::refresh_reactions::NAME, |cx| Box::pin(refresh_reactions::run(cx)), QUICK),
        job(jobs::resume_channel::NAME, |cx| Box::pin(resume_channel::run(cx)), LONG),
        job(jobs::workspace_event::NAME, |cx| Box::pin(workspace_event::run(cx)), QUICK),
        Registered {
            on_death: Some(|cx, tx, _| Box::pin(exchange_code::on_death(cx, tx))),
            ..job(jobs::exchange_code::NAME, |cx| Box::pin(exchange_code::run(cx)), QUICK)
        },
        Registered {
            on_death: Some(|cx, tx, _| Box::pin(install_workspace::on_death(cx, tx))),
            ..job(jobs::install_workspace::NAME, |cx| Box::pin(install_workspace::run(cx)), QUICK)
        },
        job(jobs::restore_workspace::NAME, |cx| Box::pin(restore_workspace::run(cx)), LONG),
        job(jobs::note_gap::NAME, |cx| Box::pin(note_gap::run(cx)), QUICK),
        Registered {
            on_death: Some(|cx, tx, _| Box::pin(fill_gap::on_death(cx, tx))),
            ..job(jobs::fill_gap::NAME, |cx| Box::pin(fill_gap::run(cx)), LONG)
        },
        job(jobs::fill_thread::NAME, |cx| Box::pin(fill_thread::run(cx)), LONG),
        job(jobs::member_event::NAME, |cx| Box::pin(member_event::run(cx)), QUICK),
        job(jobs::read_directory::NAME, |cx| Box::pin(read_directory::run(cx)), QUICK),
        Registered {
            schedule: Some(Schedule {
                every: Duration::from_hours(1),
                job: jobs::directory_care::job,
            }),
            ..job(jobs::directory_care::NAME, |cx| Box::pin(directory_care::run(cx)), QUICK)
        },
        job(jobs::renew_token::NAME, |cx| Box::pin(renew_token::run(cx)), QUICK),
        Registered {
            schedule: Some(Schedule { every: Duration::from_mins(10), job: jobs::token_care::job }),
            ..job(jobs::token_care::NAME, |cx| Box::pin(token_care::run(cx)), QUICK)
        },
        Registered {
            schedule: Some(Schedule {
                every: Duration::from_hours(24),
                job: jobs::retention_sweep::job,
            }),
            ..job(jobs::retention_sweep::NAME, |cx| Box::pin(retention_sweep::run(cx)), LONG)
        },
        Registered {
            schedule: Some(Schedule { every: Duration::from_mins(10), job: jobs::queue_care::job }),
            ..job(jobs::queue_care::NAME, |cx| Box::pin(queue_care::run(cx)), LONG)
        },
    ]
}

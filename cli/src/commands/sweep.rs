//! `syncbot sweep`: removes for good what nobody needs any more, as the job of a worker does once a day.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use shared::config::{Source, SweepConfig};
use shared::db::{DbError, retry_contention};
use shared::jobs::retention_sweep::Position;
use shared::queue::{Cared, Lane, Lease, QueueError, millis};
use shared::tables::audit::Actor;
use shared::tables::forget::Due;
use worker::retention::{Rehearsal, Step, Sweep};

use super::desk::{self, Desk, Outcome};
use super::table::{Align, Table};
use super::{say, words};

/// Options of `syncbot sweep`.
#[derive(Debug, Args)]
#[command(
    after_help = "What is removed, and after how long: docs/DATA.md. Workspaces that removed the app keep what they had for\n\
    SOFT_DELETE_RETENTION_DAYS, and those who share channels with them are told when it goes.\n\n\
    Workers do the same once a day, so nobody has to run this; a scheduler may. It is safe beside workers, and beside\n\
    itself: the second ends with status 1 and says so. Interrupted, it goes on where it was when it is run again.\n\n\
    Examples:\n  \
    syncbot sweep --dry-run\n  \
    syncbot sweep\n  \
    SOFT_DELETE_RETENTION_DAYS=90 syncbot sweep --dry-run\n\n\
    It reads the DATABASE_ variables and SOFT_DELETE_RETENTION_DAYS (docs/CONFIG.md)."
)]
pub(crate) struct Options {
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// How long others leave it to us without a sign of life: each step gives one.
const LEASE: Duration = Duration::from_secs(30);
/// Steps between two lines of progress.
const QUIET_STEPS: u32 = 50;
/// Rows of each sort in one step of the queue's own care.
const CARE_STEP: i64 = 500;

pub(crate) fn main(options: &Options) -> ExitCode {
    let loaded = SweepConfig::load(Source::of_process());
    desk::main_with(
        "syncbot sweep",
        loaded,
        |config| &config.database,
        async |desk, config| {
            let Desk { queue, clock, rng } = desk;
            let days = config.retention_days;
            let sweep =
                Sweep::new(queue.clone(), clock.clone(), rng.clone(), days, Actor::Operator);
            if options.dry_run {
                say::answer(&rehearsed(&sweep.rehearse().await?, days));
                return Ok(Outcome::Done);
            }
            run(desk, &sweep).await
        },
    )
}

/// What was removed so far.
#[derive(Default)]
struct Removed {
    purged: Vec<Due>,
    rows: BTreeMap<&'static str, u64>,
}

impl Removed {
    fn add(&mut self, what: &'static str, rows: u64) {
        if rows > 0 {
            *self.rows.entry(what).or_default() += rows;
        }
    }

    fn sum(&self) -> u64 {
        self.rows.values().sum()
    }
}

async fn run(desk: &Desk, sweep: &Sweep) -> anyhow::Result<Outcome> {
    let Desk { queue, clock, rng } = desk;
    let owner = format!("syncbot-sweep-{:08x}", rng.bits() & 0xffff_ffff);
    let lane = Lane::sweep();
    let taken = retry_contention(clock, rng, || queue.take(&owner, &lane, millis(LEASE))).await?;
    let Some(lease) = taken else {
        say::aside(
            "A sweep is running already, by a worker or by another `syncbot sweep`: this one has nothing to do. One that \
             was interrupted is waited for, for up to half a minute.",
        );
        return Ok(Outcome::NotAll);
    };
    let (mut removed, mut at, mut steps) = (Removed::default(), Position::default(), 0_u32);
    while at != Position::Through {
        let step = step(desk, sweep, &lease, &at).await.context(
            "the sweep was interrupted; what is removed stays so, and the same command goes on with the rest",
        )?;
        steps += 1;
        removed.add(step.what, step.removed);
        if let Some(due) = step.purged {
            say::aside(&format!("The workspace {} is gone.", named(&due)));
            removed.purged.push(due);
        } else if steps.is_multiple_of(QUIET_STEPS) {
            say::aside(&format!(
                "{} removed …",
                words::count(number(removed.sum()), "row", "rows")
            ));
        }
        at = step.next;
    }
    let cared = care(desk, &lease).await?;
    queue.yield_lane(&lease).await?;
    queue.wakes().signal();
    say::answer(&concluded(&removed, cared));
    Ok(Outcome::Done)
}

/// One step, in a transaction that nobody else makes at the same time.
async fn step(desk: &Desk, sweep: &Sweep, lease: &Lease, at: &Position) -> anyhow::Result<Step> {
    let Desk { queue, clock, rng } = desk;
    let stepped = retry_contention(clock, rng, || async {
        let mut tx = queue.db().begin().await?;
        let step = sweep.step(&mut tx, at).await?;
        match queue.fence(&mut tx, lease, millis(LEASE)).await {
            Ok(()) => tx.commit().await?,
            Err(QueueError::Db(error)) => return Err(error),
            Err(lost @ QueueError::LeaseLost(_)) => return Ok(Err(lost)),
        }
        Ok::<_, DbError>(Ok(step))
    });
    let step = stepped.await??;
    if step.tells {
        queue.wakes().signal();
    }
    Ok(step)
}

/// What workers do every ten minutes, for whom it is done by a scheduler.
async fn care(desk: &Desk, lease: &Lease) -> anyhow::Result<Cared> {
    let Desk { queue, clock, rng } = desk;
    let mut all = Cared::default();
    loop {
        let cared = retry_contention(clock, rng, || queue.care(CARE_STEP)).await?;
        anyhow::ensure!(queue.renew(lease, millis(LEASE)).await?, "another sweep took over");
        if cared.is_nothing() {
            return Ok(all);
        }
        all = all + cared;
    }
}

fn named(due: &Due) -> String {
    let since = words::date(due.deleted_at.timestamp_millis());
    format!("{} ({}), uninstalled since {since}", say::plain(&due.name), due.team_id)
}

fn concluded(removed: &Removed, cared: Cared) -> String {
    let mut table = Table::new([("WHAT", Align::Left), ("REMOVED", Align::Right)]);
    let purged = removed.purged.len();
    let gone = i64::try_from(purged).unwrap_or(i64::MAX);
    let mut any = false;
    let mut row = |what: &str, rows: i64| {
        if rows > 0 {
            any = true;
            table.row([what.to_owned(), words::grouped(rows)]);
        }
    };
    row("workspaces", gone);
    for (what, rows) in &removed.rows {
        row(what, number(*rows));
    }
    row("done jobs", number(cared.done_jobs));
    row("dead jobs", number(cared.dead_jobs));
    row("what dead jobs carried", number(cared.payloads));
    row("lanes with nothing to do", number(cared.lanes));
    row("holds that ended", number(cared.holds));
    if any { table.render() } else { "There was nothing to remove.\n".to_owned() }
}

fn rehearsed(rehearsal: &Rehearsal, days: u32) -> String {
    let mut text = String::new();
    for (due, posts) in &rehearsal.workspaces {
        let messages = words::count(*posts, "message", "messages");
        let _ = writeln!(text, "{}: {messages}, and everything else that it had", named(due));
    }
    let mut table = Table::new([("WHAT", Align::Left), ("TO BE REMOVED", Align::Right)]);
    let due = i64::try_from(rehearsal.workspaces.len()).unwrap_or(i64::MAX);
    table.row([format!("workspaces, {days} days after"), words::grouped(due)]);
    for found in &rehearsal.found {
        table.row([found.what.to_owned(), words::grouped(number(found.rows))]);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&table.render());
    text.push_str("\nNot counted: ");
    if !rehearsal.workspaces.is_empty() {
        text.push_str(
            "what else these workspaces had, what nobody needs once they are gone, and\n",
        );
    }
    text.push_str("what ended long ago in the queue (docs/JOBS.md).\nNothing was removed.\n");
    text
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

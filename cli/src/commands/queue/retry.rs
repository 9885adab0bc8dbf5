//! `syncbot queue retry`

use std::fmt::Write as _;

use anyhow::Context as _;
use clap::Args;
use shared::db::DbError;
use shared::ids::JobId;
use shared::queue::{JobRow, NotReplayed};
use shared::tables::audit::{Actor, Entry};
use worker::Registered;

use super::{Desk, Outcome, arguments, say, words};

/// Options of `syncbot queue retry`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    syncbot queue retry 01K9ZQ6V1X8J5T3M2N4P7R8S9A\n  \
    syncbot queue retry --kind deliver_copy\n  \
    syncbot queue retry --all\n\n\
    Put right what they failed of first: jobs that fail again for the same reason are dead again.\n\
    Messages that are replayed come after those that were delivered meanwhile.")]
#[group(required = true, multiple = false)]
pub(super) struct Options {
    /// Ids of dead jobs
    #[arg(value_name = "JOB", value_parser = arguments::job_id)]
    jobs: Vec<JobId>,
    /// Every dead job of this kind, such as `deliver_copy`
    #[arg(long)]
    kind: Option<String>,
    /// Every dead job
    #[arg(long)]
    all: bool,
}

/// Jobs between two lines of progress.
const BATCH: i64 = 500;
/// So many are named that could not be replayed; a script that wants all of them has `dead --json`.
const MOST_NAMED: i64 = 20;

/// Replays jobs and counts what became of them.
struct Replays<'d> {
    desk: &'d Desk,
    registry: Vec<Registered>,
    replayed: i64,
    /// No longer dead when their turn came: another one took them along, or somebody else was quicker.
    taken: i64,
    failed: i64,
}

pub(super) async fn retry(desk: &Desk, options: &Options) -> anyhow::Result<Outcome> {
    let mut replays =
        Replays { desk, registry: worker::registry(), replayed: 0, taken: 0, failed: 0 };
    let replayed = if options.jobs.is_empty() {
        replays.all_of(options.kind.as_deref()).await
    } else {
        replays.each_of(&options.jobs).await
    };
    replays.conclude();
    replayed.context("the database failed; what was not replayed so far is still dead, so that the same command goes on with it")?;
    Ok(if replays.failed == 0 { Outcome::Done } else { Outcome::NotAll })
}

impl Replays<'_> {
    /// Jobs that a person named: to each that is not replayed there is an answer.
    async fn each_of(&mut self, jobs: &[JobId]) -> Result<(), DbError> {
        for id in jobs {
            let job = self.desk.queue.job(id).await?;
            let team = job.as_ref().and_then(JobRow::team);
            let entry = Entry {
                team: team.as_ref(),
                actor: Actor::Operator,
                action: "job.replayed",
                subject: Some(id.to_string()),
                detail: job.map(|job| job.kind),
            };
            match self.replay(id, Some(&entry)).await? {
                Some(NotReplayed::NotDead) => {
                    let job = self.desk.queue.job(id).await?;
                    let state = job.map_or_else(|| "gone".to_owned(), |job| say::plain(&job.state));
                    self.fail(id, &format!("it is not dead, but {state}"));
                }
                Some(reason) => self.fail(id, &reason.to_string()),
                None => {}
            }
        }
        Ok(())
    }

    /// Every job that is dead now. What dies from now on has failed again.
    async fn all_of(&mut self, kind: Option<&str>) -> Result<(), DbError> {
        let (queue, until) = (&self.desk.queue, self.desk.now());
        let total = queue.count_dead(kind).await?;
        if total > 0 {
            // Of thousands, one entry; before the first of them, since each is a transaction of its own.
            let entry = Entry {
                team: None,
                actor: Actor::Operator,
                action: "job.replayed",
                subject: None,
                detail: Some(kind.map_or_else(|| "all".to_owned(), |kind| format!("all {kind}"))),
            };
            self.desk.note(&entry).await?;
        }
        let mut behind = None;
        loop {
            let batch = queue.dead_behind(kind, behind.as_ref(), until, BATCH).await?;
            let Some(last) = batch.last().cloned() else { return Ok(()) };
            for id in &batch {
                match self.replay(id, None).await? {
                    Some(NotReplayed::NotDead | NotReplayed::Unknown) => self.taken += 1,
                    Some(reason @ NotReplayed::Forgotten) => self.fail(id, &reason.to_string()),
                    None => {}
                }
            }
            behind = Some(last);
            if total > BATCH {
                let seen = self.replayed + self.taken + self.failed;
                let (seen, total) = (words::grouped(seen), words::grouped(total.max(seen)));
                say::aside(&format!("{seen} of {total} …"));
            }
        }
    }

    /// Replays one; `Some`: why not. One that cannot be replayed for a reason of its own keeps nobody else.
    async fn replay(
        &mut self,
        id: &JobId,
        noted: Option<&Entry<'_>>,
    ) -> Result<Option<NotReplayed>, DbError> {
        let Desk { queue, clock, rng } = self.desk;
        match worker::replay(queue, &self.registry, id, noted, clock, rng).await {
            Ok(Ok(())) => self.replayed += 1,
            Ok(Err(reason)) => return Ok(Some(reason)),
            Err(error) if error.is_unavailable() => return Err(error),
            Err(error) => self.fail(id, &format!("{:#}", anyhow::Error::new(error))),
        }
        Ok(None)
    }

    fn fail(&mut self, id: &JobId, why: &str) {
        self.failed += 1;
        if self.failed <= MOST_NAMED {
            say::aside(&format!("{id} was not replayed: {}", say::plain(why)));
        }
    }

    fn conclude(&self) {
        let mut text = format!("{} replayed.\n", words::count(self.replayed, "job", "jobs"));
        if self.taken > 0 {
            let taken = words::count(self.taken, "job", "jobs");
            let _ = writeln!(
                text,
                "{taken} no longer dead: replayed with another one, or by somebody else at the same time."
            );
        }
        if self.failed > 0 {
            let failed = words::count(self.failed, "job", "jobs");
            let _ = writeln!(text, "{failed} not replayed.");
        }
        say::answer(&text);
    }
}

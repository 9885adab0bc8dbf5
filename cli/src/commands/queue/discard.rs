//! `syncbot queue discard`

use clap::Args;
use shared::db::retry_contention;
use shared::ids::JobId;
use shared::queue::JobRow;
use shared::tables::audit::{self, Actor, Entry};

use super::{Desk, Outcome, arguments, say, words};

/// Options of `syncbot queue discard`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    syncbot queue discard 01K9ZQ6V1X8J5T3M2N4P7R8S9A --yes\n\n\
    A dead job that is left alone is deleted by itself: what it carries after 30 days, the rest after 90.")]
pub(super) struct Options {
    /// Ids of dead jobs
    #[arg(required = true, value_name = "JOB", value_parser = arguments::job_id)]
    jobs: Vec<JobId>,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

pub(super) async fn discard(desk: &Desk, options: &Options) -> anyhow::Result<Outcome> {
    let many = i64::try_from(options.jobs.len()).unwrap_or(i64::MAX);
    if !options.yes {
        let question = format!(
            "Delete {}? What was to be done is then lost.",
            words::count(many, "dead job", "dead jobs")
        );
        match say::asks(&question) {
            Some(true) => {}
            Some(false) => {
                say::answer("Nothing was deleted.\n");
                return Ok(Outcome::NotAll);
            }
            None => anyhow::bail!("nobody can be asked here; add --yes to delete without asking"),
        }
    }
    let mut deleted = 0;
    for id in &options.jobs {
        if discard_one(desk, id).await? {
            deleted += 1;
        } else {
            let why = match desk.queue.job(id).await? {
                None => "there is no such job".to_owned(),
                Some(job) => format!("it is not dead, but {}", job.state),
            };
            say::aside(&format!("{id} was not deleted: {why}"));
        }
    }
    say::answer(&format!("{} deleted.\n", words::count(deleted, "job", "jobs")));
    Ok(if deleted == many { Outcome::Done } else { Outcome::NotAll })
}

async fn discard_one(desk: &Desk, id: &JobId) -> anyhow::Result<bool> {
    let Desk { queue, clock, rng } = desk;
    let job = queue.job(id).await?;
    let team = job.as_ref().and_then(JobRow::team);
    let entry = Entry {
        team: team.as_ref(),
        actor: Actor::Operator,
        action: "job.discarded",
        subject: Some(id.to_string()),
        detail: job.map(|job| job.kind),
    };
    let discarded = retry_contention(clock, rng, || async {
        let mut tx = queue.db().begin().await?;
        let discarded = queue.discard(&mut tx, id).await?;
        if discarded {
            audit::note(&mut tx, &entry, clock, rng).await?;
        }
        tx.commit().await?;
        Ok(discarded)
    });
    Ok(discarded.await?)
}

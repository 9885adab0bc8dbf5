//! `syncbot queue dead`

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use shared::queue::JobRow;

use super::table::{Align, Table};
use super::{Desk, Outcome, json as as_json, say, words};

/// Options of `syncbot queue dead`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    syncbot queue dead\n  \
    syncbot queue dead --kind deliver_copy --limit 100\n  \
    syncbot queue dead --json | jq -r '.jobs[].id'")]
pub(super) struct Options {
    /// Only this kind of job, such as `deliver_copy`
    #[arg(long)]
    kind: Option<String>,
    /// How many to list
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    limit: i64,
    /// For scripts: print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn dead(desk: &Desk, options: &Options) -> anyhow::Result<Outcome> {
    let kind = options.kind.as_deref();
    let total = desk.queue.count_dead(kind).await?;
    let jobs = desk.queue.dead_jobs(kind, options.limit).await?;
    say::answer(&if options.json {
        let jobs: Vec<_> = jobs.iter().map(|job| as_json::job(job, false)).collect();
        as_json::text(&json!({ "total": total, "jobs": jobs }))
    } else {
        for_people(&jobs, total, kind, desk.now())
    });
    Ok(Outcome::Done)
}

fn for_people(jobs: &[JobRow], total: i64, kind: Option<&str>, now: i64) -> String {
    let shown = i64::try_from(jobs.len()).unwrap_or(i64::MAX);
    if shown == 0 {
        let of_kind = kind.map(|kind| format!(" of kind `{}`", say::plain(kind)));
        return format!("No job{} is dead.\n", of_kind.unwrap_or_default());
    }
    let mut table = Table::new([
        ("JOB", Align::Left),
        ("KIND", Align::Left),
        ("DIED", Align::Left),
        ("LANE", Align::Left),
    ]);
    for job in jobs {
        let died = job.finished_at.map_or_else(|| "?".to_owned(), |at| words::ago(at, now));
        let mut reason = say::plain(job.last_error.as_deref().unwrap_or("no reason is known"));
        if job.payload.is_none() {
            reason.push_str(" (too old to be replayed)");
        }
        table.row_with_note(
            [job.id.to_string(), say::plain(&job.kind), died, say::plain(&job.lane)],
            reason,
        );
    }
    let mut text = table.render();
    let more = total - shown;
    if more > 0 {
        let _ = writeln!(
            text,
            "\n… and {} more that died earlier; --limit shows more of them.",
            words::grouped(more)
        );
    }
    text.push_str(
        "\n`syncbot queue show <job>` tells more of one, `syncbot queue retry <job>` runs it again.\n",
    );
    text
}

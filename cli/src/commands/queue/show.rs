//! `syncbot queue show`

use std::fmt::Write as _;

use clap::Args;
use shared::ids::JobId;
use shared::queue::JobRow;

use super::{Desk, Outcome, arguments, json as as_json, say, words};

/// Options of `syncbot queue show`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Id of the job
    #[arg(value_parser = arguments::job_id)]
    job: JobId,
    /// Show what it carries as well: that may be what people wrote
    #[arg(long)]
    payload: bool,
    /// For scripts: print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn show(desk: &Desk, options: &Options) -> anyhow::Result<Outcome> {
    let Some(job) = desk.queue.job(&options.job).await? else {
        anyhow::bail!(
            "there is no job {}; done jobs are forgotten after 7 days, dead ones after 90",
            options.job
        );
    };
    say::answer(&if options.json {
        as_json::text(&as_json::job(&job, options.payload))
    } else {
        for_people(&job, options.payload, desk.now())
    });
    Ok(Outcome::Done)
}

fn for_people(job: &JobRow, with_payload: bool, now: i64) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{:<12}{value}", format!("{name}:"));
    };
    let at = |millis| format!("{} ({})", words::ago(millis, now), words::date(millis));
    line("Job", job.id.to_string());
    line("Kind", say::plain(&job.kind));
    line("Lane", say::plain(&job.lane));
    line("State", standing(job, now));
    line("Enqueued", at(job.created_at));
    if let Some(finished_at) = job.finished_at {
        line(if job.state == "dead" { "Died" } else { "Ended" }, at(finished_at));
    }
    let crashes = match job.crashes {
        0 => String::new(),
        many => format!(", {} while a worker died", words::grouped(many)),
    };
    line("Failures", format!("{}{crashes}", words::grouped(job.attempts)));
    if let Some(error) = &job.last_error {
        let name = if job.state == "dead" { "Reason" } else { "Last said" };
        line(name, say::plain(error));
    }
    line("Carries", payload(job, with_payload));
    if job.state == "dead" && job.payload.is_some() {
        let _ = writeln!(text, "\n`syncbot queue retry {}` runs it again.", job.id);
    }
    text
}

fn standing(job: &JobRow, now: i64) -> String {
    let not_before = match job.not_before - now {
        left @ 1_000.. => format!(", not before {} from now", words::length(left)),
        _ => String::new(),
    };
    match job.state.as_str() {
        "pending" => format!("pending: in its lane{not_before}"),
        "late" => format!("late: it failed for long and is tried beside its lane{not_before}"),
        "parked" => {
            let wait_key = say::plain(job.wait_key.as_deref().unwrap_or("something"));
            format!("parked: it waits for {wait_key}")
        }
        "dead" => "dead: it will not be tried again by itself".to_owned(),
        other => say::plain(other),
    }
}

fn payload(job: &JobRow, with_payload: bool) -> String {
    match job.payload.as_deref() {
        None => "nothing any more: it was cleared".to_owned(),
        Some("") => "nothing".to_owned(),
        Some(payload) if with_payload => say::plain(payload),
        Some(payload) => format!(
            "{}, perhaps what people wrote; --payload shows it",
            words::count(i64::try_from(payload.len()).unwrap_or(i64::MAX), "byte", "bytes")
        ),
    }
}

//! `syncbot queue stats`

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};
use shared::queue::{Hold, Stats};
use shared::tables::reactions;

use super::table::{Align, Table};
use super::{Desk, Outcome, json as as_json, say, words};

/// Options of `syncbot queue stats`.
#[derive(Debug, Args)]
#[command(
    after_help = "A lane holds the jobs of one channel; it runs one at a time, in order. It is running, due (it waits\n\
    for a worker), asleep (it waits for a time or for the end of a hold) or idle.\n\n\
    A job is\n  \
    pending  in its lane\n  \
    late     tried beside its lane, because it failed for long\n  \
    parked   waiting for another one\n  \
    dead     failed for good\n  \
    done     kept for 7 days, so that it is not done twice"
)]
pub(super) struct Options {
    /// For scripts: print JSON
    #[arg(long)]
    json: bool,
}

/// In the order of a job's life.
const STATES: [&str; 5] = ["pending", "late", "parked", "dead", "done"];

pub(super) async fn stats(desk: &Desk, options: &Options) -> anyhow::Result<Outcome> {
    let stats = desk.queue.stats().await?;
    let holds = desk.queue.holds().await?;
    let not_shown = reactions::count_refused(desk.queue.db()).await?;
    say::answer(&if options.json {
        as_json::text(&for_scripts(&stats, &holds, not_shown, desk.now()))
    } else {
        for_people(&stats, &holds, not_shown, desk.now())
    });
    Ok(Outcome::Done)
}

fn for_people(stats: &Stats, holds: &[Hold], not_shown: i64, now: i64) -> String {
    let lanes = stats.lanes;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "Lanes:    {} running, {} due, {} asleep, {} idle",
        words::grouped(lanes.leased),
        words::grouped(lanes.due),
        words::grouped(lanes.asleep),
        words::grouped(lanes.idle)
    );
    let _ = writeln!(text, "Waiting:  {}", waiting(stats, now));
    text.push('\n');
    text.push_str(&jobs(stats));
    text.push('\n');
    text.push_str(&held(holds, now));
    if not_shown > 0 {
        let _ = writeln!(
            text,
            "\n{} not shown: Slack does not take them, such as an emoji that a workspace does not have.",
            words::count(not_shown, "reaction is", "reactions are")
        );
    }
    let dead: i64 =
        stats.jobs.iter().filter(|count| count.state == "dead").map(|count| count.jobs).sum();
    if dead > 0 {
        let _ = writeln!(
            text,
            "\n{} failed for good; `syncbot queue dead` says why.",
            words::count(dead, "job", "jobs")
        );
    }
    text
}

/// What waits for a worker, and what waits for anything at all.
fn waiting(stats: &Stats, now: i64) -> String {
    let Some(oldest) = stats.oldest_open_at else { return "nothing".to_owned() };
    let mut text = format!("the oldest open job was enqueued {}", words::ago(oldest, now));
    // A lane is due for a moment whenever something happens.
    if stats.backlog.oldest_millis > 1_000 {
        let since = words::length(stats.backlog.oldest_millis);
        let _ = write!(text, "; a lane has been waiting for a worker for {since}");
    }
    text
}

fn jobs(stats: &Stats) -> String {
    if stats.jobs.is_empty() {
        return "There are no jobs.\n".to_owned();
    }
    let mut kinds: BTreeMap<&str, [i64; STATES.len()]> = BTreeMap::new();
    for count in &stats.jobs {
        if let Some(at) = STATES.iter().position(|state| *state == count.state) {
            kinds.entry(&count.kind).or_default()[at] += count.jobs;
        }
    }
    let mut table = Table::new([
        ("JOBS", Align::Left),
        ("PENDING", Align::Right),
        ("LATE", Align::Right),
        ("PARKED", Align::Right),
        ("DEAD", Align::Right),
        ("DONE", Align::Right),
    ]);
    for (kind, counts) in kinds {
        let [pending, late, parked, dead, done] = counts.map(words::grouped);
        table.row([say::plain(kind), pending, late, parked, dead, done]);
    }
    table.render()
}

fn held(holds: &[Hold], now: i64) -> String {
    if holds.is_empty() {
        return "Nothing is held.\n".to_owned();
    }
    let mut table =
        Table::new([("HELD", Align::Left), ("FOR ANOTHER", Align::Left), ("REASON", Align::Left)]);
    for hold in holds {
        table.row([
            say::plain(&hold.scope),
            words::length(hold.until_at - now),
            say::plain(&hold.reason),
        ]);
    }
    table.render()
}

fn for_scripts(stats: &Stats, holds: &[Hold], not_shown: i64, now: i64) -> Value {
    let jobs = stats
        .jobs
        .iter()
        .map(|count| json!({ "kind": count.kind, "state": count.state, "jobs": count.jobs }));
    let holds = holds.iter().map(|hold| {
        json!({
            "scope": hold.scope,
            "until": as_json::time(hold.until_at),
            "remaining_ms": hold.until_at - now,
            "reason": hold.reason,
        })
    });
    json!({
        "lanes": {
            "leased": stats.lanes.leased,
            "due": stats.lanes.due,
            "asleep": stats.lanes.asleep,
            "idle": stats.lanes.idle,
        },
        "jobs": jobs.collect::<Vec<_>>(),
        "oldest_due_lane_ms": stats.backlog.oldest_millis,
        "oldest_open_job_at": stats.oldest_open_at.map(as_json::time),
        "holds": holds.collect::<Vec<_>>(),
        "reactions_not_shown": not_shown,
    })
}

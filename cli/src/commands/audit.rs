//! `syncbot audit`: who changed what, and when.

use std::process::ExitCode;
use std::time::Duration;

use chrono::TimeDelta;
use clap::Args;
use serde_json::{Value, json};
use shared::ids::TeamId;
use shared::tables::audit::{self, Filter, Noted};

use super::desk::{self, Desk, Outcome};
use super::table::{Align, Table};
use super::{json as as_json, queue, say, words};

/// Options of `syncbot audit`.
#[derive(Debug, Args)]
#[command(
    after_help = "Whoever did it is a person of the workspace, by their id in Slack; `operator`, at this command line;\n\
        `slack`, which told of it; or `syncbot` itself. docs/DATA.md lists the actions. Entries are never changed and never\n\
        removed.\n\n\
        Examples:\n  \
        syncbot audit\n  \
        syncbot audit --team T0123ABC --since 30d\n  \
        syncbot audit --action channel.paused --limit 100\n  \
        syncbot audit --json | jq -r '.entries[].at'\n\n\
        It reads the same DATABASE_ variables as the processes of SyncBot (docs/CONFIG.md)."
)]
pub(crate) struct Options {
    /// Only what concerns this workspace, by its id in Slack, such as T0123ABC
    #[arg(long)]
    team: Option<TeamId>,
    /// Only this action, such as `workspace.installed`
    #[arg(long)]
    action: Option<String>,
    /// Only what was done within this time: 2h, 30d
    #[arg(long, value_name = "TIME", value_parser = queue::age)]
    since: Option<Duration>,
    /// How many to list
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// For scripts: print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn main(options: &Options) -> ExitCode {
    desk::main("syncbot audit", async |desk: &Desk| list(desk, options).await)
}

async fn list(desk: &Desk, options: &Options) -> anyhow::Result<Outcome> {
    let since = options.since.map(TimeDelta::from_std).transpose()?;
    let filter = Filter {
        team: options.team.as_ref(),
        action: options.action.as_deref(),
        since: since.map(|since| desk.clock.now() - since),
    };
    let limit = usize::from(options.limit);
    // One more tells whether there are more.
    let mut entries = audit::latest(desk.queue.db(), &filter, i64::from(options.limit) + 1).await?;
    let has_more = entries.len() > limit;
    entries.truncate(limit);
    say::answer(&if options.json {
        let entries: Vec<Value> = entries.iter().map(for_scripts).collect();
        as_json::text(&json!({ "entries": entries, "has_more": has_more }))
    } else {
        for_people(&entries, has_more)
    });
    Ok(Outcome::Done)
}

fn for_people(entries: &[Noted], has_more: bool) -> String {
    if entries.is_empty() {
        return "Nothing of that is noted.\n".to_owned();
    }
    let head = ["WHEN", "WORKSPACE", "WHO", "ACTION", "WHAT", "DETAIL"];
    let mut table = Table::new(head.map(|name| (name, Align::Left)));
    for entry in entries {
        let text = |text: Option<&str>| say::plain(text.unwrap_or("–"));
        table.row([
            words::date(entry.at.timestamp_millis()),
            text(entry.team_id.as_ref().map(TeamId::as_str)),
            say::plain(&entry.actor),
            say::plain(&entry.action),
            text(entry.subject.as_deref()),
            text(entry.detail.as_deref()),
        ]);
    }
    let mut text = table.render();
    if has_more {
        text.push_str("\n… and more that were noted earlier; --limit shows more of them.\n");
    }
    text
}

fn for_scripts(entry: &Noted) -> Value {
    json!({
        "id": entry.id.as_str(),
        "at": as_json::time(entry.at.timestamp_millis()),
        "team": entry.team_id,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    })
}

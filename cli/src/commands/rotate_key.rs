//! `syncbot rotate-key`: another passphrase for every secret in the database, while workers go on.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use shared::config::{RotateKeyConfig, Source};
use shared::crypto::{Progress, Rotated, Rotation};

use super::desk::{self, Desk, Outcome};
use super::table::{Align, Table};
use super::{say, words};

/// Options of `syncbot rotate-key`.
#[derive(Debug, Args)]
#[command(after_help = "How to change the passphrase:\n  \
    1. Set TOKEN_ENCRYPTION_KEY to the new one and TOKEN_ENCRYPTION_KEY_PREVIOUS to the old one, for every\n     \
       worker and for this command, and start all workers with both.\n  \
    2. syncbot rotate-key --dry-run\n     \
       syncbot rotate-key\n  \
    3. Remove TOKEN_ENCRYPTION_KEY_PREVIOUS everywhere.\n\n\
    Workers may go on meanwhile. It may be interrupted: run again, it goes on where it was. In the end the old\n\
    passphrase opens nothing any more, and no process starts with it. docs/OPERATIONS.md says more.\n\n\
    It reads the DATABASE_ variables and the two passphrases (docs/CONFIG.md).")]
pub(crate) struct Options {
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// So many are named that do not open.
const MOST_NAMED: usize = 20;

pub(crate) fn main(options: &Options) -> ExitCode {
    let loaded = RotateKeyConfig::load(Source::of_process());
    desk::main_with(
        "syncbot rotate-key",
        loaded,
        |config| &config.database,
        async |desk, config| rotate(desk, config, options).await,
    )
}

async fn rotate(
    desk: &Desk,
    config: &RotateKeyConfig,
    options: &Options,
) -> anyhow::Result<Outcome> {
    let Desk { queue, clock, rng } = desk;
    let rotation = Rotation::open(queue.db(), &config.rotation, clock, rng).await?;
    let rotated = if options.dry_run {
        rotation.rehearse(progress).await?
    } else {
        rotation.run(progress).await.context(
            "the database failed; what is sealed anew stays so, and the same command goes on with the rest",
        )?
    };
    Ok(conclude(&rotated, options.dry_run))
}

fn progress(Progress { column, seen, resealed }: Progress) {
    let (seen, resealed) = (number(seen), number(resealed));
    say::aside(&format!(
        "{}.{}: {} looked at, {} had the old passphrase …",
        column.table,
        column.column,
        words::grouped(seen),
        words::grouped(resealed)
    ));
}

fn conclude(rotated: &Rotated, is_rehearsal: bool) -> Outcome {
    let resealed = if is_rehearsal { "TO BE RE-SEALED" } else { "RE-SEALED" };
    let mut table = Table::new([
        ("COLUMN", Align::Left),
        ("VALUES", Align::Right),
        (resealed, Align::Right),
        ("NOT OPENED", Align::Right),
    ]);
    let (mut changed, mut unopened) = (0, 0);
    for column in &rotated.columns {
        let name = format!("{}.{}", column.column.table, column.column.column);
        for value in column.unopened.iter().take(MOST_NAMED.saturating_sub(unopened)) {
            say::aside(&format!("{name} of {} stays as it is: {}", value.row, value.error));
        }
        changed += number(column.resealed);
        unopened += column.unopened.len();
        let not_opened = i64::try_from(column.unopened.len()).unwrap_or(i64::MAX);
        table.row([
            name,
            words::grouped(number(column.values)),
            words::grouped(number(column.resealed)),
            words::grouped(not_opened),
        ]);
    }
    let mut text = table.render();
    text.push('\n');
    let values = words::count(changed, "value", "values");
    let _ = if is_rehearsal {
        writeln!(text, "{values} would be sealed anew. Nothing was changed.")
    } else {
        writeln!(text, "{values} sealed anew. {}", end_of(rotated))
    };
    if unopened > 0 {
        let many = i64::try_from(unopened).unwrap_or(i64::MAX);
        let _ = writeln!(
            text,
            "{} not opened: no passphrase given here has sealed them, or somebody changed them. A workspace that installs\n\
             SyncBot again, and a person who allows it again to speak for them, replaces theirs.",
            words::count(many, "value was", "values were")
        );
    }
    say::answer(&text);
    if unopened == 0 && rotated.in_use.is_empty() { Outcome::Done } else { Outcome::NotAll }
}

/// What became of the old passphrase, and what is to be done now.
fn end_of(rotated: &Rotated) -> String {
    if !rotated.in_use.is_empty() {
        return format!(
            "Something is still sealed with another passphrase (key {}), so it stays in use: run this again with it in\n\
             TOKEN_ENCRYPTION_KEY_PREVIOUS, once every worker has the new one.",
            rotated.in_use.join(", ")
        );
    }
    let old = if rotated.retired.is_empty() { "was replaced before" } else { "is out of use" };
    format!("The old passphrase {old}: remove TOKEN_ENCRYPTION_KEY_PREVIOUS everywhere.")
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

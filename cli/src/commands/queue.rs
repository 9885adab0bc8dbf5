//! `syncbot queue`: what operators see of the queue, and what they do to it.

mod arguments;
mod dead;
mod discard;
mod hold;
mod retry;
mod show;
mod stats;

use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(super) use arguments::{age, length};

use super::desk::{self, Desk, Outcome};
use super::{json, say, table, words};

/// Options of `syncbot queue`.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Start with `syncbot queue stats`. Messages that could not be delivered are dead jobs:\n\
        `syncbot queue dead` lists them with the reason, and once that is put right,\n\
        `syncbot queue retry` delivers them.\n\n\
        It reads the same DATABASE_ variables as the processes of SyncBot (docs/CONFIG.md)."
)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show how the queue is doing: lanes, jobs, what waits, holds in force
    Stats(stats::Options),
    /// List the jobs that failed for good, the latest first
    Dead(dead::Options),
    /// Show one job
    Show(show::Options),
    /// Run dead jobs again, in their old places
    Retry(retry::Options),
    /// Delete dead jobs; what they were to do is not done
    Discard(discard::Options),
    /// Let nothing go to a workspace, a channel or another instance for a while
    Hold(hold::HoldOptions),
    /// End a hold before its time
    Release(hold::ReleaseOptions),
}

pub(crate) fn main(options: Options) -> ExitCode {
    desk::main("syncbot queue", async |desk: &Desk| match options.command {
        Command::Stats(options) => stats::stats(desk, &options).await,
        Command::Dead(options) => dead::dead(desk, &options).await,
        Command::Show(options) => show::show(desk, &options).await,
        Command::Retry(options) => retry::retry(desk, &options).await,
        Command::Discard(options) => discard::discard(desk, &options).await,
        Command::Hold(options) => hold::hold(desk, &options).await,
        Command::Release(options) => hold::release(desk, &options).await,
    })
}

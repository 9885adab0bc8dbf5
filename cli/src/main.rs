//! `syncbot`: everything that an operator does from a shell.
#![expect(clippy::print_stdout, reason = "a command-line tool speaks to its user")]

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Keeps Slack channels of different workspaces in step.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run ingress and worker in one process, configured by environment variables (docs/CONFIG.md)
    Run,
    /// Try SyncBot without Slack: two simulated workspaces with a synced channel, in your browser
    Demo(commands::demo::Options),
    /// Bring the database schema up to date, creating the database if it is missing
    Migrate,
    /// See what waits and what failed; replay it, or hold it back for a while
    Queue(commands::queue::Options),
    /// See which channels are in step; pause and resume them
    Channel(commands::channel::Options),
    /// See who changed what, and when
    Audit(commands::audit::Options),
    /// Remove for good what nobody needs any more, as a worker does once a day
    Sweep(commands::sweep::Options),
    /// Seal every secret in the database anew, with another passphrase
    RotateKey(commands::rotate_key::Options),
    /// Print docs/CONFIG.md
    #[command(hide = true)]
    ConfigReference,
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run => commands::run::main(),
        Command::Demo(options) => commands::demo::main(options),
        Command::Migrate => commands::migrate::main(),
        Command::Queue(options) => commands::queue::main(options),
        Command::Channel(options) => commands::channel::main(options),
        Command::Audit(options) => commands::audit::main(&options),
        Command::Sweep(options) => commands::sweep::main(&options),
        Command::RotateKey(options) => commands::rotate_key::main(&options),
        Command::ConfigReference => {
            print!("{}", shared::config::render_reference());
            ExitCode::SUCCESS
        }
    }
}

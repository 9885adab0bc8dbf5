//! `cargo xtask`: the only place that knows how to set a machine up for the tests.
//!
//! Tasks are one file each. What they find or do on a machine, they say in one line.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks to its user"
)]

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod check;
mod chromium;
mod docs;
mod machine;
mod need;
mod packages;
mod run;
mod scan;
mod servers;
mod summary;
mod test;
mod tools;

#[derive(Parser)]
#[command(bin_name = "cargo xtask", about = "Tests, checks and measures SyncBot")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Test(test::Arguments),
    Check(check::Arguments),
    Docs(docs::Arguments),
    Bench(bench::Arguments),
}

fn main() -> ExitCode {
    match carry_out(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(task: Task) -> anyhow::Result<()> {
    // Paths are relative to the workspace, wherever `cargo xtask` is typed.
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))?;
    match task {
        Task::Test(arguments) => test::run(&arguments),
        Task::Check(arguments) => check::run(&arguments),
        Task::Docs(arguments) => docs::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
    }
}

//! `cargo xtask check`: everything about the code but whether it works.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::docs;
use crate::run::{cargo, run as execute};
use crate::tools::{DENY, MACHETE};

/// Checks formatting, lints, documentation and dependencies; all of them, even if one fails
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these checks; without any, all but `advisories`, which needs the network
    only: Vec<Check>,
}

/// A check, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Check {
    /// The code is formatted
    Format,
    /// Clippy has no complaint, about tests either
    Clippy,
    /// The code's documentation can be made, without broken links
    Doc,
    /// Generated documents are what the code says
    Generated,
    /// Licences, sources and versions of dependencies are those that `deny.toml` allows
    Deny,
    /// Every dependency is used
    Unused,
    /// No dependency has a known vulnerability (asks the advisory database)
    Advisories,
}

impl Check {
    fn run(self) -> Result<()> {
        match self {
            Self::Format => execute(cargo().args(["fmt", "--all", "--check"])),
            Self::Clippy => {
                let targets = [
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--keep-going",
                    "--",
                    "-D",
                    "warnings",
                ];
                execute(cargo().args(targets))
            }
            Self::Doc => {
                let all =
                    ["doc", "--workspace", "--no-deps", "--document-private-items", "--keep-going"];
                execute(cargo().args(all).env("RUSTDOCFLAGS", "-D warnings"))
            }
            Self::Generated => docs::check(),
            Self::Deny => deny(&["bans", "licenses", "sources"]),
            Self::Unused => {
                let mut machete = Command::new(MACHETE.provide()?);
                execute(machete.args(["--with-metadata", "--skip-target-dir", "."]))
            }
            Self::Advisories => deny(&["advisories"]),
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

fn deny(checks: &[&str]) -> Result<()> {
    let mut deny = Command::new(DENY.provide()?);
    execute(deny.args(["--locked", "check", "--hide-inclusion-graph"]).args(checks))
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let usual = Check::value_variants().iter().filter(|check| **check != Check::Advisories);
    let checks =
        if arguments.only.is_empty() { usual.copied().collect() } else { arguments.only.clone() };
    let done: Vec<_> = checks.into_iter().map(carry_out).collect();

    println!("\nChecks");
    for (check, passed, took) in &done {
        let outcome = if *passed { "passed" } else { "FAILED" };
        println!("  {:<11} {outcome}  {:>6.1} s", check.name(), took.as_secs_f64());
    }
    let failed: Vec<_> =
        done.iter().filter(|(_, passed, _)| !passed).map(|(check, ..)| check.name()).collect();
    if !failed.is_empty() {
        bail!("failed: {0}. Again: `cargo xtask check {1}`", failed.join(", "), failed.join(" "));
    }
    Ok(())
}

fn carry_out(check: Check) -> (Check, bool, Duration) {
    println!("\n== {}", check.name());
    let began = Instant::now();
    let outcome = check.run();
    if let Err(error) = &outcome {
        eprintln!("{error:#}");
    }
    (check, outcome.is_ok(), began.elapsed())
}

//! `syncbot-bench`: what `cargo xtask bench` runs.
//!
//! It drives the release processes from outside, by environment and HTTP, as an operator and Slack do.
//! `scenarios/` has one file for each thing that is measured, `report/` what becomes of the numbers.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks to its user"
)]

mod arguments;
mod commits;
mod events;
mod fill;
mod http;
mod load;
mod machine;
mod place;
mod progress;
mod report;
mod results;
mod scenarios;
mod servers;
mod slack;
mod statistics;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use clap::Parser as _;
use shared::clock::Clock;
use testkit::Engine;

use arguments::{Arguments, Scenario};
use machine::{Machine, busy_share, load_average};
use progress::say;
use report::{page, table};
use results::{Conditions, Results, Run};
use scenarios::Plan;
use servers::Server;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match carry_out(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!(
                "\nsyncbot-bench: something happened that should not have; it is listed above"
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("\nsyncbot-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Returns whether everything that has to hold at any speed did.
async fn carry_out(arguments: &Arguments) -> Result<bool> {
    let plots = arguments.output.join(page::FOLDER);
    std::fs::create_dir_all(&plots).with_context(|| format!("cannot make {}", plots.display()))?;
    let file = plots.join("results.json");
    let mut results = Results::read(&file)?;
    if arguments.render {
        page::write(&results, &arguments.output)?;
        return Ok(true);
    }
    let mut servers = Vec::new();
    for engine in arguments.engines() {
        let server = Server::ask(engine).await?;
        say(&format!("{}: {}", server.title, server.durability.join(", ")));
        servers.push((engine, server));
    }
    let conditions = conditions(arguments);
    say(&format!("load average: {}", conditions.load_average));
    let mut is_well = true;
    for scenario in arguments.scenarios() {
        let runs = measure(scenario, arguments, &servers, &conditions).await?;
        println!(
            "\n{}\n{}",
            scenario.name(),
            table::for_terminal(&runs.iter().collect::<Vec<_>>())
        );
        is_well &= runs.iter().all(|run| run.problems.is_empty() && holds(run));
        for run in runs {
            results.put(run);
        }
        // After each, so that whoever stops in the middle keeps what is through.
        results.write(&file)?;
        page::write(&results, &arguments.output)?;
    }
    say(&format!(
        "written: {} and {}",
        arguments.output.join("PERFORMANCE.md").display(),
        plots.display()
    ));
    Ok(is_well)
}

/// All rounds of a scenario: the databases take turns, so that all of them see the machine's moods.
async fn measure(
    scenario: Scenario,
    arguments: &Arguments,
    servers: &[(Engine, Server)],
    conditions: &Conditions,
) -> Result<Vec<Run>> {
    let plan = Plan { load: arguments.load(), backlog: arguments.backlog };
    let run_on = |server: &Server| Run {
        scenario: scenario.name(),
        server: server.clone(),
        conditions: conditions.clone(),
        busy: Vec::new(),
        measures: Vec::new(),
        problems: Vec::new(),
    };
    let mut runs: Vec<_> = servers.iter().map(|(_, server)| run_on(server)).collect();
    for round in 1..=arguments.rounds {
        for ((engine, server), run) in servers.iter().zip(&mut runs) {
            let busy = busy_share().await;
            say(&format!(
                "{}, {}, round {round} of {} (others keep the machine {:.0} % busy)",
                scenario.name(),
                server.title,
                arguments.rounds,
                busy * 100.0
            ));
            let outcome = scenario.run(*engine, plan).await;
            let outcome =
                outcome.with_context(|| format!("{} on {}", scenario.name(), server.title))?;
            run.add(outcome, busy);
        }
    }
    Ok(runs)
}

/// What has to be exact is: a budget may be missed on a busy machine, a count never.
fn holds(run: &Run) -> bool {
    let counts = run.measures.iter().filter(|measure| measure.unit == results::Unit::Count);
    counts.filter_map(results::Measure::is_met).all(|is_met| is_met)
}

fn conditions(arguments: &Arguments) -> Conditions {
    Conditions {
        date: Clock::system().now().date_naive().to_string(),
        commit: commit().unwrap_or_else(|| "unknown".to_owned()),
        rounds: arguments.rounds,
        seconds: arguments.seconds,
        backlog: arguments.backlog,
        machine: Machine::this(),
        load_average: load_average(),
    }
}

/// The commit that is measured, and whether anything was changed since.
fn commit() -> Option<String> {
    let git = |arguments: &[&str]| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let output = Command::new("git").current_dir(folder).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let is_changed =
        !git(&["status", "--porcelain", "--untracked-files=no", "--", ":!../docs"])?.is_empty();
    Some(if is_changed { format!("{commit} with changes") } else { commit })
}

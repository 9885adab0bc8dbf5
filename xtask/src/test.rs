//! `cargo xtask test`: every test that this machine can run, and a plain word about those it cannot.

use std::fs::File;
use std::io::BufReader;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::machine::Machine;
use crate::need::{self, Need};
use crate::run::{cargo, line, output, run as execute, succeeds, variable};
use crate::scan::Scan;
use crate::summary::{Report, Summary};

/// Runs every test that this machine can run, on each database, and says what did not run
///
/// Servers are taken from `SYNCBOT_TEST_POSTGRES_URL` and `SYNCBOT_TEST_MYSQL_URL`, or found at their
/// standard ports, or started with Docker, or installed (as root on Debian and Ubuntu). Nothing is
/// changed on a server that was found, but for databases called `syncbot_test_…`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What must be there, as `SYNCBOT_TEST_REQUIRE` may say as well: what is missing is an error,
    /// before anything is built
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    require: Vec<Need>,

    /// Passed on to `cargo nextest run`, such as a part of a test's name
    #[arg(last = true, value_name = "NEXTEST ARGUMENTS")]
    nextest: Vec<String>,
}

const REQUIRE: &str = "SYNCBOT_TEST_REQUIRE";
/// Where the profile `full` of `.config/nextest.toml` puts its report.
const REPORT: &str = "target/nextest/full/junit.xml";

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let began = Instant::now();
    let installed = succeeds(cargo().args(["nextest", "--version"]));
    ensure!(installed, "cargo-nextest is missing: `cargo install --locked cargo-nextest`");
    let mut required = need::parse(&variable(REQUIRE).unwrap_or_default())?;
    required.extend(&arguments.require);
    let machine = Machine::prepare();
    machine.must_have(&required)?;

    println!();
    // Some tests start the product's programs. Built together with the tests, everything is built
    // once; the program that is running here is not replaced.
    execute(cargo().args(["build", "--workspace", "--bins", "--tests", "--exclude", "xtask"]))?;
    let without = need::tests_that_need(&machine.lacks());
    let passed = run_tests(&machine, without.as_deref(), &required, &arguments.nextest);
    let Ok(report) = File::open(REPORT) else {
        // Nothing ran: it could not be built, or none was selected.
        return passed.and_then(|()| Err(anyhow::anyhow!("nextest left no report at {REPORT}")));
    };
    let examples = if arguments.nextest.is_empty() { Some(run_examples()?) } else { None };
    let scan = Scan::read(BufReader::new(report)).context("nextest's report cannot be read")?;
    let summary = Summary {
        machine: &machine,
        tests: Report::read(&scan.report),
        examples,
        left_out: without.map(|tests| list(&["-E", &tests])).transpose()?.unwrap_or_default(),
        ignored: list(&["--run-ignored", "only"])?,
        called_with: &arguments.nextest,
        took: began.elapsed(),
    };
    summary.print();
    let is_clean = scan.conclude(summary.tests.count());
    ensure!(summary.passed(), "tests failed");
    is_clean.and(passed)
}

fn run_tests(
    machine: &Machine,
    without: Option<&str>,
    required: &[Need],
    arguments: &[String],
) -> Result<()> {
    let _ = std::fs::remove_file(REPORT);
    let mut nextest = cargo();
    nextest.args(["nextest", "run", "--profile", "full", "--ignore-default-filter"]);
    if !arguments.iter().any(|argument| argument == "-p" || argument.starts_with("--package")) {
        nextest.arg("--workspace");
    }
    nextest.args(need::arguments_without(without, arguments));
    // Some tests start a server of their own, for which a server somewhere else is not enough.
    nextest.env(REQUIRE, need::list(required));
    execute(nextest.envs(machine.variables()))
}

/// Examples in documentation, which nextest leaves to cargo.
fn run_examples() -> Result<Report> {
    let mut test = cargo();
    test.args(["test", "--workspace", "--doc", "--no-fail-fast"]).stderr(Stdio::inherit());
    println!("\n$ {}", line(&test));
    let done = test.output().with_context(|| format!("cannot run `{}`", line(&test)))?;
    let said = String::from_utf8_lossy(&done.stdout);
    print!("{said}");
    let examples = Report::read_examples(&said);
    ensure!(done.status.success() || examples.failed() > 0, "`{}` failed", line(&test));
    Ok(examples)
}

/// Names of tests, whether or not they ran.
fn list(selection: &[&str]) -> Result<Vec<String>> {
    let mut list = cargo();
    list.args(["nextest", "list", "--workspace", "--profile", "full", "--ignore-default-filter"]);
    let lines = output(list.args(["--message-format", "oneline"]).args(selection))?;
    let tests = lines.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_owned()));
    Ok(tests.collect())
}

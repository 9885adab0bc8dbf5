//! `cargo xtask bench`: measures the product's release build on each database.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use clap::ValueEnum;

use crate::machine::Machine;
use crate::need::Need;
use crate::run::{cargo, run as execute};

/// Measures the release build on each database, and makes docs/PERFORMANCE.md from the results
///
/// Scenarios: ingest, latency, limited, deliver, file, start, memory, backlog, takeover, durability; all of them, if none is
/// named. Servers are found as `cargo xtask test` does. Nothing else should run on the machine meanwhile. For a
/// quick look: `--seconds 1 --rounds 1 --backlog 20000 --output target/bench`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What to measure
    scenarios: Vec<String>,

    /// On which databases
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "sqlite,postgres,mysql",
        value_name = "LIST"
    )]
    databases: Vec<Database>,

    /// How often each scenario is measured on each database; the median counts [default: 3]
    #[arg(long)]
    rounds: Option<u64>,

    /// How long each load lasts [default: 5]
    #[arg(long)]
    seconds: Option<u64>,

    /// Messages that wait in the scenario `backlog` [default: 1000000]
    #[arg(long)]
    backlog: Option<u64>,

    /// Folder of PERFORMANCE.md and performance/ [default: docs]
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,

    /// Measure nothing: make page and plots anew from performance/results.json
    #[arg(long)]
    render: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Mysql,
}

impl Database {
    fn need(self) -> Need {
        match self {
            Self::Sqlite => Need::Sqlite,
            Self::Postgres => Need::Postgres,
            Self::Mysql => Need::Mysql,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.render {
        return execute(&mut bench(arguments)?);
    }
    let needs: Vec<_> = arguments.databases.iter().map(|database| database.need()).collect();
    let machine = Machine::with_servers(&needs);
    machine.must_have(&needs)?;
    // Alone, since cargo builds what is built together with the features of all of it, and the tests'
    // features are not the product's.
    let product = ["-p", "syncbot-ingress", "-p", "syncbot-worker", "-p", "syncbot"];
    execute(cargo().args(["build", "--release"]).args(product))?;
    execute(bench(arguments)?.envs(machine.variables()))
}

/// The program that measures, built and ready to run.
fn bench(arguments: &Arguments) -> Result<Command> {
    execute(cargo().args(["build", "--release", "-p", "testkit", "--bin", "syncbot-bench"]))?;
    let mut bench = Command::new("target/release/syncbot-bench");
    bench.args(&arguments.scenarios);
    let databases: Vec<_> = Database::value_variants()
        .iter()
        .filter(|database| arguments.databases.contains(database))
        .filter_map(|database| Some(database.to_possible_value()?.get_name().to_owned()))
        .collect();
    bench.arg("--databases").arg(databases.join(","));
    let numbers = [
        ("--rounds", arguments.rounds),
        ("--seconds", arguments.seconds),
        ("--backlog", arguments.backlog),
    ];
    for (name, number) in numbers {
        bench
            .args(number.map(|number| [name.to_owned(), number.to_string()]).into_iter().flatten());
    }
    if let Some(folder) = &arguments.output {
        bench.arg("--output").arg(folder);
    }
    if arguments.render {
        bench.arg("--render");
    }
    Ok(bench)
}

//! `PERFORMANCE.md`, and the plots in it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::ValueEnum as _;

use super::{plot, rows, table};
use crate::arguments::Scenario;
use crate::results::{Conditions, Results, Run, Unit};

/// Where plots and results are, beside the page.
pub(crate) const FOLDER: &str = "performance";

const HOW: &str = "\
Made by `cargo xtask bench` from `performance/results.json`; do not edit it. The same command measures again, on whatever
servers `cargo xtask test` finds; `cargo xtask bench ingest --databases postgres --rounds 1` measures less. Nothing else should
run meanwhile.

Every number is the median of several rounds, which take turns over the databases; *min–max* is their spread. The processes are
those of the release build, the databases real, empty, and on the same machine as the load that is put on them. *÷ budget* is the
median in parts of the budget: for rates, more is better; for times and memory, less. [PROFILES.md](PROFILES.md) says where the
time goes where a budget is missed.
";

/// Writes page and plots into `folder`.
pub(crate) fn write(results: &Results, folder: &Path) -> Result<()> {
    let plots = folder.join(FOLDER);
    for scenario in Scenario::value_variants() {
        for (name, plot) in plots_of(results, *scenario) {
            let file = plots.join(&name);
            match plot {
                Some(plot) => std::fs::write(&file, plot)
                    .with_context(|| format!("cannot write {}", file.display()))?,
                // One of an older run.
                None if file.exists() => std::fs::remove_file(&file)?,
                None => {}
            }
        }
    }
    let file = folder.join("PERFORMANCE.md");
    std::fs::write(&file, page(results)).with_context(|| format!("cannot write {}", file.display()))
}

/// File name and picture of each plot of a scenario; without a picture, there is nothing to show.
fn plots_of(results: &Results, scenario: Scenario) -> Vec<(String, Option<String>)> {
    let name = scenario.name();
    let plot = |(unit, what)| {
        let title = format!("{name}: {what}");
        (format!("{name}-{what}.svg"), plot::bars(&title, &results.of(&name), unit))
    };
    plot::UNITS.map(plot).into()
}

fn page(results: &Results) -> String {
    let mut text = format!("# Performance\n\n{HOW}\n");
    let runs = &results.runs;
    // What has to be exact is a check, not a budget.
    let measures = rows(&runs.iter().collect::<Vec<_>>()).into_iter().map(|(_, measure)| measure);
    let (checks, budgets): (Vec<_>, Vec<_>) =
        measures.partition(|measure| measure.unit == Unit::Count);
    let judged: Vec<_> = budgets.iter().filter_map(|measure| measure.is_met()).collect();
    let met = judged.iter().filter(|met| **met).count();
    let failed = checks.iter().filter(|check| check.is_met() == Some(false)).count()
        + runs.iter().map(|run| run.problems.len()).sum::<usize>();
    let _ = writeln!(
        text,
        "**{met} of {} budgets are met; checks that failed: {failed}.**\n",
        judged.len()
    );
    conditions(&mut text, runs);
    for scenario in Scenario::value_variants() {
        let name = scenario.name();
        let Some(about) = scenario.to_possible_value() else { continue };
        if results.of(&name).is_empty() {
            continue;
        }
        let about = about.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "\n## {name}\n\n{about}.\n");
        for (file, _) in plots_of(results, *scenario).iter().filter(|(_, plot)| plot.is_some()) {
            let _ = writeln!(text, "![{name}]({FOLDER}/{file})\n");
        }
        text.push_str(&table::for_page(&results.of(&name)));
    }
    text
}

/// On what and when; said once for all scenarios that were measured together.
fn conditions(text: &mut String, runs: &[Run]) {
    let mut all: Vec<(&Conditions, Vec<&str>)> = Vec::new();
    let mut servers: Vec<String> = Vec::new();
    for run in runs {
        let server = format!("{} ({})", run.server.title, run.server.durability.join(", "));
        if !servers.contains(&server) {
            servers.push(server);
        }
        match all.iter_mut().find(|(known, _)| **known == run.conditions) {
            Some((_, scenarios)) if scenarios.contains(&run.scenario.as_str()) => {}
            Some((_, scenarios)) => scenarios.push(&run.scenario),
            None => all.push((&run.conditions, vec![&run.scenario])),
        }
    }
    text.push_str("## Conditions\n\n");
    for (conditions, scenarios) in all {
        let machine = &conditions.machine;
        let _ = writeln!(
            text,
            "* {}: {} at commit `{}`, {} rounds, loads of {} s, a backlog of {} messages; {} × {}, {} MiB, Linux {}, {} below SQLite; load average before: {}",
            scenarios.join(", "),
            conditions.date,
            conditions.commit,
            conditions.rounds,
            conditions.seconds,
            conditions.backlog,
            machine.cores,
            machine.cpu,
            machine.memory_mib,
            machine.kernel,
            machine.file_system,
            conditions.load_average
        );
    }
    for server in servers {
        let _ = writeln!(text, "* {server}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::example;

    #[test]
    fn the_page_says_what_was_measured_on_what_and_how_to_do_it_again() {
        let page = page(&Results { runs: example() });
        for part in [
            "`cargo xtask bench`",
            "**3 of 4 budgets are met; checks that failed: 1.**",
            "* ingest: 2026-11-22 at commit `3c943fb`, 3 rounds, loads of 5 s",
            "* SQLite 3.50.0 (synchronous=FULL, journal_mode=wal)\n* PostgreSQL 15.20 (synchronous_commit=on)\n",
            "## ingest\n\nDurable events a second",
            "![ingest](performance/ingest-rate.svg)\n\n![ingest](performance/ingest-time.svg)",
        ] {
            assert!(page.contains(part), "{part} is missing:\n{page}");
        }
        // Said once, although two databases were measured; what was not measured is not there.
        assert_eq!(page.matches("3c943fb").count(), 1);
        assert!(!page.contains("## start"));
    }

    #[test]
    fn page_and_plots_are_written_beside_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(FOLDER)).expect("made");
        write(&Results { runs: example() }, folder.path()).expect("written");
        assert!(folder.path().join("PERFORMANCE.md").exists());
        assert!(folder.path().join("performance/ingest-rate.svg").exists());
        assert!(!folder.path().join("performance/ingest-memory.svg").exists());
    }
}

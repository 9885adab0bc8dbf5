//! What was measured, as `performance/results.json` keeps it.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::servers::Server;
use crate::statistics::{median, range};

/// Everything that was measured: for each scenario and database, the last time.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Results {
    pub(crate) runs: Vec<Run>,
}

/// All rounds of a scenario on a database.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) scenario: String,
    pub(crate) server: Server,
    pub(crate) conditions: Conditions,
    /// How busy others kept the machine before each round, from 0 to 1.
    pub(crate) busy: Vec<f64>,
    pub(crate) measures: Vec<Measure>,
    /// What should not have happened.
    pub(crate) problems: Vec<String>,
}

/// Under which conditions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Conditions {
    /// The day, in UTC.
    pub(crate) date: String,
    pub(crate) commit: String,
    pub(crate) rounds: u64,
    pub(crate) seconds: u64,
    pub(crate) backlog: u64,
    pub(crate) machine: Machine,
    pub(crate) load_average: String,
}

/// One number of a scenario, in each round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Measure {
    pub(crate) what: String,
    pub(crate) unit: Unit,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) budget: Option<Budget>,
    pub(crate) rounds: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    PerSecond,
    Milliseconds,
    Mebibytes,
    /// One in parts of another.
    Times,
    Count,
}

/// What was promised (`ARCHITECTURE.md`, budgets).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Budget {
    AtLeast(f64),
    AtMost(f64),
}

/// What one round of a scenario brought.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    samples: Vec<Measure>,
    /// What should not have happened.
    pub(crate) problems: Vec<String>,
}

impl Outcome {
    /// Notes a number that nothing was promised about.
    pub(crate) fn note(&mut self, what: &str, unit: Unit, value: f64) {
        self.add(what, unit, value, None);
    }

    /// Notes a number and its budget.
    pub(crate) fn judge(&mut self, what: &str, unit: Unit, value: f64, budget: Budget) {
        self.add(what, unit, value, Some(budget));
    }

    fn add(&mut self, what: &str, unit: Unit, value: f64, budget: Option<Budget>) {
        if value.is_finite() {
            self.samples.push(Measure { what: what.to_owned(), unit, budget, rounds: vec![value] });
        } else {
            self.problems.push(format!("nothing could be measured: {what}"));
        }
    }
}

impl Run {
    /// Adds a round.
    pub(crate) fn add(&mut self, outcome: Outcome, busy: f64) {
        self.busy.push(busy);
        for sample in outcome.samples {
            match self.measures.iter_mut().find(|measure| measure.what == sample.what) {
                Some(measure) => measure.rounds.extend(sample.rounds),
                None => self.measures.push(sample),
            }
        }
        self.problems.extend(outcome.problems);
    }
}

impl Measure {
    /// The median of the rounds; of what is only counted, the most, since once is too often.
    pub(crate) fn value(&self) -> f64 {
        if self.unit == Unit::Count && self.budget.is_some() {
            self.range().1
        } else {
            median(&self.rounds)
        }
    }

    pub(crate) fn range(&self) -> (f64, f64) {
        range(&self.rounds)
    }

    /// The value in parts of the budget, unless that is nothing.
    pub(crate) fn ratio(&self) -> Option<f64> {
        let budget = self.budget?.amount();
        (budget > 0.0).then(|| self.value() / budget)
    }

    pub(crate) fn is_met(&self) -> Option<bool> {
        self.budget.map(|budget| match budget {
            Budget::AtLeast(least) => self.value() >= least,
            Budget::AtMost(most) => self.value() <= most,
        })
    }
}

impl Budget {
    pub(crate) fn amount(self) -> f64 {
        match self {
            Self::AtLeast(value) | Self::AtMost(value) => value,
        }
    }
}

impl Results {
    /// What was kept, if anything was.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        if !file.exists() {
            return Ok(Self::default());
        }
        let text = std::fs::read_to_string(file)?;
        serde_json::from_str(&text).with_context(|| format!("{} cannot be read", file.display()))
    }

    pub(crate) fn write(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
    }

    /// Puts a run in the place of an older one of the same scenario on the same kind of database.
    pub(crate) fn put(&mut self, run: Run) {
        let is_same =
            |old: &Run| old.scenario == run.scenario && old.server.engine == run.server.engine;
        match self.runs.iter_mut().find(|old| is_same(old)) {
            Some(old) => *old = run,
            None => self.runs.push(run),
        }
    }

    /// The runs of a scenario.
    pub(crate) fn of(&self, scenario: &str) -> Vec<&Run> {
        self.runs.iter().filter(|run| run.scenario == scenario).collect()
    }
}

//! What ran, what did not, and why.

use std::time::Duration;

use crate::machine::Machine;
use crate::need::Need;

/// Tests that really ran.
pub(crate) struct Report {
    tests: Vec<Ran>,
}

struct Ran {
    name: String,
    need: Option<Need>,
    passed: bool,
}

impl Report {
    /// Reads nextest's `JUnit` report.
    pub(crate) fn read(junit: &str) -> Self {
        let tests = junit.split("<testcase ").skip(1).map(|case| {
            let (attributes, body) = case.split_once('>').unwrap_or((case, ""));
            let body = body.split("</testcase>").next().unwrap_or_default();
            let failed = !attributes.ends_with('/')
                && ["<failure", "<error"].iter().any(|tag| body.contains(tag));
            let name = attribute(attributes, "name").unwrap_or_default();
            Ran { name: name.to_owned(), need: Need::of(name), passed: !failed }
        });
        Self { tests: tests.collect() }
    }

    /// Reads what `cargo test --doc` says: a line for each crate, such as
    /// `test result: ok. 4 passed; 0 failed; 1 ignored; …`.
    pub(crate) fn read_examples(said: &str) -> Self {
        let results = said.lines().filter(|line| line.starts_with("test result: "));
        let tests = results.flat_map(|line| {
            let count = |what: &str| {
                let before = line.split_once(what).map_or("", |(before, _)| before);
                before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(0)
            };
            let passed = std::iter::repeat_n(true, count(" passed"));
            passed.chain(std::iter::repeat_n(false, count(" failed")))
        });
        let example = |passed| Ran { name: "example".to_owned(), need: None, passed };
        Self { tests: tests.map(example).collect() }
    }

    fn of(&self, need: Option<Need>) -> impl Iterator<Item = &Ran> {
        self.tests.iter().filter(move |test| test.need == need)
    }

    pub(crate) fn count(&self) -> usize {
        self.tests.len()
    }

    pub(crate) fn failed(&self) -> usize {
        self.tests.iter().filter(|test| !test.passed).count()
    }
}

fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = attributes.split_once(&format!("{name}=\""))?;
    Some(rest.split_once('"')?.0)
}

/// All there is to say in the end.
pub(crate) struct Summary<'a> {
    pub(crate) machine: &'a Machine,
    pub(crate) tests: Report,
    pub(crate) examples: Option<Report>,
    /// Names of tests that need what this machine lacks.
    pub(crate) left_out: Vec<String>,
    /// Names of tests that are marked as ignored.
    pub(crate) ignored: Vec<String>,
    pub(crate) called_with: &'a [String],
    pub(crate) took: Duration,
}

impl Summary<'_> {
    pub(crate) fn passed(&self) -> bool {
        self.all().all(|test| test.passed)
    }

    fn all(&self) -> impl Iterator<Item = &Ran> {
        self.tests.tests.iter().chain(self.examples.iter().flat_map(|examples| &examples.tests))
    }

    pub(crate) fn print(&self) {
        println!("\nRan, in {} s with finding and building", self.took.as_secs());
        for (need, title) in &self.machine.has {
            let title =
                if *need == Need::Browser { format!("{title} (browser)") } else { title.clone() };
            row(&title, self.tests.of(Some(*need)));
        }
        row("without a database", self.tests.of(None));
        if let Some(examples) = &self.examples {
            row("documentation examples", examples.tests.iter());
        }
        row("in all", self.all());

        let missing = self.missing();
        if missing.is_empty() {
            println!("\nNothing was left out.");
        } else {
            println!("\nDid not run\n{}", missing.join("\n"));
        }
    }

    fn missing(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut rest: Vec<&String> = self.left_out.iter().collect();
        for (need, advice) in &self.machine.lacks {
            let (theirs, others): (Vec<_>, Vec<_>) =
                rest.into_iter().partition(|test| need.is_needed_by(test));
            lines.push(format!("  tests that need {} ({}): {advice}", need.phrase(), theirs.len()));
            rest = others;
        }
        let ran = |test: &String| self.tests.tests.iter().any(|ran| ran.name == *test);
        let ignored = self.ignored.iter().filter(|test| !ran(test));
        lines.extend(ignored.map(|test| format!("  {test}: marked `#[ignore]`")));
        if !self.called_with.is_empty() {
            let arguments = self.called_with.join(" ");
            lines.push(format!("  what `{arguments}` does not select, and documentation examples"));
        }
        lines
    }
}

fn row<'a>(title: &str, tests: impl Iterator<Item = &'a Ran>) {
    let (passed, failed): (Vec<_>, Vec<_>) = tests.partition(|test| test.passed);
    let failures =
        if failed.is_empty() { String::new() } else { format!(", {} FAILED", failed.len()) };
    println!("  {title:<32} {:>5}{failures}", passed.len() + failed.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    const JUNIT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="nextest-run" tests="4" failures="1" errors="1" time="1.9">
    <testsuite name="testkit::database" tests="3" disabled="0" errors="1" failures="1">
        <testcase name="queue::dies::sqlite" classname="testkit::database" time="0.1">
        </testcase>
        <testcase name="queue::dies::mysql" classname="testkit::database" time="0.1">
            <failure message="&lt;testcase name=&quot;x&quot;" type="test failure">…</failure>
            <system-out>&lt;error</system-out>
        </testcase>
        <testcase name="queue::waits::mysql" classname="testkit::database" time="0.1"/>
    </testsuite>
    <testsuite name="xtask" tests="1">
        <testcase name="parses" classname="xtask" time="0.1"><error type="execution failure"/></testcase>
    </testsuite>
</testsuites>"#;

    #[test]
    fn tests_are_counted_where_they_ran_and_failures_with_them() {
        let report = Report::read(JUNIT);
        let count = |need| report.of(need).count();
        assert_eq!((count(Some(Need::Sqlite)), count(Some(Need::Mysql)), count(None)), (1, 2, 1));
        assert_eq!(report.failed(), 2);
        assert_eq!(report.of(Some(Need::Mysql)).filter(|test| test.passed).count(), 1);
    }

    #[test]
    fn examples_are_counted_over_all_crates() {
        let report = Report::read_examples(
            "running 5 tests\n\
             test result: ok. 4 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
             test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n",
        );
        assert_eq!((report.tests.len(), report.failed()), (7, 2));
    }
}

//! Reads variables one by one and remembers what is wrong with them, so that all of it is said at once.

use secrecy::SecretString;

use super::problems::{ConfigError, Problem};
use super::source::{LOCAL, Resolved, Source};
use super::variables::{Process, REFERENCE};

/// One process's view of the variables.
pub(super) struct Reader {
    process: Process,
    resolved: Resolved,
    seen: Vec<&'static str>,
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

impl Reader {
    pub(super) fn new(process: Process, source: Source) -> Self {
        let mut resolved = source.resolve();
        let problems = std::mem::take(&mut resolved.problems);
        let mut warnings = std::mem::take(&mut resolved.warnings);
        for variable in &REFERENCE.variable {
            let misplaced = variable.secret && !variable.used_by.contains(&process);
            if misplaced && resolved.get(&variable.name).is_some() && !process.is_tool() {
                warnings.push(format!(
                    "{} is set, but `{process}` has no use for it: do not give it this secret",
                    variable.name
                ));
            }
        }
        Self { process, resolved, seen: vec![LOCAL], problems, warnings }
    }

    pub(super) fn is_local(&self) -> bool {
        self.resolved.local_development
    }

    /// Whether this process reads the variable at all.
    pub(super) fn uses(&self, name: &str) -> bool {
        REFERENCE.of(name).used_by.contains(&self.process)
    }

    /// Whether somebody set it, rather than the default.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.resolved.is_given(name)
    }

    /// The text, trimmed. A required variable that is missing is a problem (local development: a warning).
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        let variable = REFERENCE.of(name);
        debug_assert!(self.uses(name), "{name} is not for {}", self.process);
        self.seen.push(name);
        let value = self.resolved.get(name).map(|text| text.trim().to_owned());
        // One that cannot even be read was reported by the source.
        let is_reported = self.problems.iter().any(|problem| problem.subject() == name);
        if value.is_none() && variable.required && !is_reported {
            let problem = Problem::missing(name);
            if self.is_local() {
                self.warnings.push(problem.to_string());
            } else {
                self.problem(problem);
            }
        }
        value
    }

    /// A secret that a machine made: white space around it is a copying mistake.
    pub(super) fn secret(&mut self, name: &'static str) -> Option<SecretString> {
        self.text(name).map(SecretString::from)
    }

    /// A secret that a person may have made: taken as it is.
    pub(super) fn passphrase(&mut self, name: &'static str) -> Option<SecretString> {
        self.text(name)?;
        self.resolved.get(name).map(SecretString::from)
    }

    /// The value that `parse` makes of the text; `None` from it is a problem.
    pub(super) fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.problem(Problem::unexpected(name, self.resolved.origin(name).as_deref()));
        }
        value
    }

    /// Whether the text is one of those that mean yes.
    pub(super) fn flag(&mut self, name: &'static str, yes: &[&str]) -> bool {
        self.text(name).is_some_and(|text| yes.iter().any(|yes| text.eq_ignore_ascii_case(yes)))
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(super) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }

    /// Ends the reading: the warnings, or every problem in the order of the documentation.
    pub(super) fn finish(mut self) -> Result<Vec<String>, ConfigError> {
        debug_assert!(
            REFERENCE
                .variable
                .iter()
                .filter(|variable| variable.used_by.contains(&self.process))
                .all(|variable| self.seen.contains(&variable.name.as_str())),
            "default.toml says that {} uses a variable that it does not read",
            self.process
        );
        if self.problems.is_empty() {
            return Ok(self.warnings);
        }
        let place = |problem: &Problem| {
            REFERENCE.variable.iter().position(|variable| variable.name == problem.subject())
        };
        self.problems.sort_by_key(place);
        self.problems.dedup();
        Err(ConfigError { process: self.process, problems: self.problems })
    }
}

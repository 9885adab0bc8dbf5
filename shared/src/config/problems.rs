//! What is wrong with a configuration: everything at once, each by name, with what is expected.

use std::fmt;
use std::path::Path;

use super::variables::{Process, REFERENCE};

/// One thing to put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    subject: String,
    text: String,
}

impl Problem {
    pub(super) fn missing(name: &str) -> Self {
        Self { subject: name.to_owned(), text: format!("is missing: set it to {}", expected(name)) }
    }

    /// `why` never quotes the value, which may be a secret.
    pub(super) fn invalid(name: &str, why: &str) -> Self {
        Self { subject: name.to_owned(), text: format!("is not valid: {why}") }
    }

    pub(super) fn unexpected(name: &str, origin: Option<&str>) -> Self {
        let from = origin.map(|origin| format!(" (from {origin})")).unwrap_or_default();
        Self {
            subject: name.to_owned(),
            text: format!("is not valid{from}: expected {}", expected(name)),
        }
    }

    pub(super) fn file(path: &Path, why: &str) -> Self {
        Self { subject: path.display().to_string(), text: format!("cannot be used: {why}") }
    }

    /// The variable (or file) that it is about.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

fn expected(name: &str) -> &str {
    &REFERENCE.of(name).expects
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.subject, self.text)
    }
}

/// A process cannot start with its configuration; lists every reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The process that was to start.
    pub process: Process,
    /// Everything to put right, in the order of the documentation.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration of `{}` is not usable:", self.process)?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        write!(f, "\nEvery variable is explained in docs/CONFIG.md.")
    }
}

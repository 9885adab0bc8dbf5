//! The list of variables, read from `default.toml`: defaults, documentation and error texts in one place.

use std::sync::LazyLock;

use figment::Figment;
use figment::providers::{Format as _, Toml};
use serde::Deserialize;

/// The embedded reference.
const DEFAULT_TOML: &str = include_str!("default.toml");

/// Who reads a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Process {
    /// `syncbot-ingress`: the HTTP edge.
    Ingress,
    /// `syncbot-worker`: everything slow or risky.
    Worker,
    /// `syncbot run`: both in one process.
    Run,
    /// `syncbot migrate`: the database alone.
    Migrate,
    /// `syncbot queue`, `channel` and `audit`: the database alone.
    Queue,
    /// `syncbot sweep`: the database, and how long workspaces may come back.
    Sweep,
    /// `syncbot rotate-key`: the database, and both passphrases.
    #[serde(rename = "rotate-key")]
    RotateKey,
}

impl Process {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Ingress,
        Self::Worker,
        Self::Run,
        Self::Migrate,
        Self::Queue,
        Self::Sweep,
        Self::RotateKey,
    ];

    /// Whether it is started by a person in a shell that may be set up for another process.
    pub(super) fn is_tool(self) -> bool {
        matches!(self, Self::Migrate | Self::Queue | Self::Sweep | Self::RotateKey)
    }
}

impl std::fmt::Display for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ingress => "ingress",
            Self::Worker => "worker",
            Self::Run => "run",
            Self::Migrate => "migrate",
            Self::Queue => "queue",
            Self::Sweep => "sweep",
            Self::RotateKey => "rotate-key",
        })
    }
}

/// One environment variable; the fields are explained at the top of `default.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are explained at the top of default.toml")]
pub struct Variable {
    pub name: String,
    pub section: String,
    pub default: Option<String>,
    pub local_default: Option<String>,
    pub used_by: Vec<Process>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub secret: bool,
    pub expects: String,
    pub about: String,
}

impl Variable {
    /// What holds when the variable is unset.
    pub(super) fn default_for(&self, local_development: bool) -> Option<&str> {
        let local = self.local_default.as_deref().filter(|_| local_development);
        local.or(self.default.as_deref())
    }
}

/// A variable of other releases that has no effect here, and what to do instead.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are explained at the top of default.toml")]
pub struct Ignored {
    pub name: String,
    pub about: String,
}

/// Everything that `default.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are explained at the top of default.toml")]
pub struct Reference {
    pub variable: Vec<Variable>,
    pub ignored: Vec<Ignored>,
}

/// The reference, parsed once.
pub static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
    Figment::from(Toml::string(DEFAULT_TOML))
        .extract()
        .expect("default.toml is part of this program and tested")
});

impl Reference {
    /// The variable of that name, which the caller knows to exist.
    pub(super) fn of(&self, name: &str) -> &Variable {
        self.variable
            .iter()
            .find(|variable| variable.name == name)
            .unwrap_or_else(|| panic!("{name} is read, but default.toml does not list it"))
    }
}

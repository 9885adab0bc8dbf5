//! What this machine has of what tests need.

use std::ffi::OsString;

use anyhow::{Result, bail};

use crate::chromium;
use crate::need::Need;
use crate::run::say;
use crate::servers::{self, Engine, MySql, Postgres};

/// What was found or set up, and what cannot be had.
pub(crate) struct Machine {
    /// With product and version.
    pub(crate) has: Vec<(Need, String)>,
    /// With what to do about it.
    pub(crate) lacks: Vec<(Need, String)>,
    variables: Vec<(&'static str, OsString)>,
}

impl Machine {
    /// Finds what there is, sets up what there can be, and says so.
    pub(crate) fn prepare() -> Self {
        let mut machine = Self::with_servers(&[Need::Postgres, Need::Mysql]);
        machine.add_browser();
        machine
    }

    /// The same for these servers alone.
    pub(crate) fn with_servers(needs: &[Need]) -> Self {
        let sqlite = (Need::Sqlite, "SQLite".to_owned());
        let mut machine = Self { has: vec![sqlite], lacks: Vec::new(), variables: Vec::new() };
        say("SQLite", "is built in");
        for engine in [&Postgres as &dyn Engine, &MySql] {
            if needs.contains(&engine.need()) {
                machine.add_server(engine);
            }
        }
        machine
    }

    fn add_server(&mut self, engine: &dyn Engine) {
        match servers::provide(engine) {
            Ok(server) => {
                servers::remove_leftovers(engine, &server);
                self.variables.push((engine.variable(), server.url.as_str().into()));
                self.has.push((engine.need(), server.title));
            }
            Err(advice) => self.miss(engine.need(), &advice),
        }
    }

    fn add_browser(&mut self) {
        match chromium::provide() {
            Ok(found) => {
                self.variables.push((chromium::DRIVER, found.driver.into()));
                self.has.push((Need::Browser, found.title));
            }
            Err(advice) => self.miss(Need::Browser, &advice),
        }
    }

    fn miss(&mut self, need: Need, advice: &anyhow::Error) {
        let advice = format!("{advice:#}");
        say(need.name(), &format!("MISSING: {advice}"));
        self.lacks.push((need, advice));
    }

    /// An error that names what is required and missing.
    pub(crate) fn must_have(&self, required: &[Need]) -> Result<()> {
        let missing = self.lacks.iter().filter(|(need, _)| required.contains(need));
        let missing: Vec<_> =
            missing.map(|(need, advice)| format!("\n  {}: {advice}", need.name())).collect();
        if missing.is_empty() { Ok(()) } else { bail!("required and missing:{}", missing.concat()) }
    }

    pub(crate) fn lacks(&self) -> Vec<Need> {
        self.lacks.iter().map(|(need, _)| *need).collect()
    }

    /// What tests are told by environment.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&'static str, &OsString)> {
        self.variables.iter().map(|(name, value)| (*name, value))
    }
}

//! Servers from packages, on machines that are root's to fill, such as those of CI.

use anyhow::{Result, bail};

use crate::packages;

use super::{Engine, Running, Server, running, say};

/// Starts the installed server, or installs it. Its logins are set up only in the latter case.
pub(super) fn start(engine: &dyn Engine) -> Option<Server> {
    match try_start(engine) {
        Ok(server) => Some(server),
        Err(error) => {
            say(engine, &format!("{error:#}"));
            None
        }
    }
}

fn try_start(engine: &dyn Engine) -> Result<Server> {
    packages::can_be_installed()?;
    if engine.is_installed() {
        say(engine, &format!("{} is installed and is started", engine.package()));
        engine.start()?;
    } else {
        packages::install(&[engine.package()])?;
        engine.start()?;
        engine.open_to_tests()?;
    }
    match running(engine) {
        Running::Usable(server) => Ok(server),
        _ => bail!("{} was started and cannot be used", engine.package()),
    }
}

//! Servers in containers, from `compose.test.yaml`.

use std::process::Command;

use crate::run::{on_path, run, succeeds};

use super::{Engine, Server, address, probe, say};

/// Starts the container, if a container engine answers. It is left running for the next time.
pub(super) fn start(engine: &dyn Engine) -> Option<Server> {
    if on_path(&["docker"]).is_none() || !succeeds(Command::new("docker").arg("info")) {
        say(engine, "no Docker engine answers");
        return None;
    }
    let (service, url) = engine.compose_service();
    let mut up = Command::new("docker");
    up.args(["compose", "-f", "compose.test.yaml", "up", "--wait", service]);
    match run(&mut up).and_then(|()| probe(engine, address(url))) {
        Ok(server) => {
            say(engine, &format!("{} runs in a container, until you stop it:", server.title));
            say(engine, "`docker compose -f compose.test.yaml down`");
            Some(server)
        }
        Err(error) => {
            say(engine, &format!("no container: {error:#}"));
            None
        }
    }
}

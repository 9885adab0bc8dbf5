//! What can happen to processes and their database at any moment: they are killed, frozen, cut off. What was
//! acknowledged arrives all the same: once, and in order. Real processes, real signals, each database.
//!
//! * `kills`: kill -9 at each step of a message's way; `kinds`: and of each kind of copy; `freezes`: SIGSTOP past the lease, then SIGCONT
//! * `everything`: both halves at once are killed or stopped, or lose their database for ten seconds
//! * `clocks`: clocks that are a minute off
//! * `database`: connections that are cut, a failover, a deadlock, a full disk
//! * `grants`: connections that are cut when Slack has given what it gives once
//! * `server`: kill -9 of the database's server
//! * `talk`: what is said meanwhile, and how it must end

mod clocks;
mod database;
mod everything;
mod freezes;
mod grants;
mod kills;
mod kinds;
mod ready;
mod server;
mod talk;

use testkit::{Process, Town};

/// So short that a story need not wait long until the lanes of a dead worker are free, and until it is clear
/// whether its last call had an effect.
const HASTY: [(&str, &str); 2] = [("SYNCBOT_WORKER_LEASE_SECONDS", "2"), SETTLE];
const SETTLE: (&str, &str) = ("SYNCBOT_SLACK_SETTLE_SECONDS", "1");

/// Starts a worker.
fn worker(town: &Town) -> Process {
    town.start_worker_with(&HASTY)
}

/// Starts a worker to which something happens at a step (`shared/src/failpoint.rs`).
fn worker_with(town: &Town, plan: &str) -> Process {
    town.start_worker_with(&[HASTY[0], HASTY[1], at(plan)])
}

/// What happens at which step.
const fn at(plan: &str) -> (&str, &str) {
    ("SYNCBOT_FAILPOINTS", plan)
}

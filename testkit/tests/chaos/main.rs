//! What can happen to processes and their database at any moment: they are killed, frozen, cut off. What was
//! acknowledged arrives all the same: once, and in order. Real processes, real signals, each database.

mod kills;
mod talk;

/// So short that a story need not wait long until the lanes of a dead worker are free.
const SHORT_LEASE: (&str, &str) = ("SYNCBOT_WORKER_LEASE_SECONDS", "2");

/// Lets a process die or freeze at a step.
const fn at(plan: &str) -> (&str, &str) {
    ("SYNCBOT_FAILPOINTS", plan)
}

//! What happens at which step, read once when the process starts.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use nix::sys::signal::{Signal, raise};

/// Every step, in the order in which a message meets them; then those of other work.
pub const STEPS: [&str; 25] = [
    "ingress.before_commit",
    "ingress.committed",
    "queue.claimed",
    "route.before_commit",
    "route.committed",
    "deliver.before_sending",
    "deliver.sending_committed",
    "deliver.called",
    "deliver.before_store_commit",
    "deliver.stored",
    "files.carried",
    "files.before_sending",
    "files.sending_committed",
    "files.called",
    "files.accepted",
    "refresh.before_call",
    "refresh.called",
    "reactions.called",
    "resume.step",
    "lane.before_release",
    "install.before_call",
    "install.called",
    "renew.called",
    "rotation.resealed",
    "sweep.step",
];

const VARIABLE: &str = "SYNCBOT_FAILPOINTS";

static PLAN: OnceLock<Plan> = OnceLock::new();

#[derive(Debug, Default)]
struct Plan {
    points: Vec<Point>,
    clock_skew: TimeDelta,
}

#[derive(Debug)]
struct Point {
    step: &'static str,
    action: Action,
    /// Which time of reaching the step counts, from 1.
    at: u32,
    reached: AtomicU32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Kill,
    Freeze,
}

/// Reads `SYNCBOT_FAILPOINTS`. A process that is not armed passes every step.
///
/// # Panics
///
/// If the variable holds what no failpoint is.
pub fn arm() {
    #[expect(clippy::disallowed_methods, reason = "no configuration of the product")]
    let text = std::env::var(VARIABLE).unwrap_or_default();
    let plan = parse(&text).unwrap_or_else(|why| panic!("{VARIABLE}: {why}"));
    assert!(PLAN.set(plan).is_ok(), "failpoints are armed once, when the process starts");
}

/// How far this process's clock is off.
pub(crate) fn clock_skew() -> TimeDelta {
    PLAN.get().map_or(TimeDelta::zero(), |plan| plan.clock_skew)
}

/// The process is at this step.
pub fn reached(step: &'static str) {
    let Some(plan) = PLAN.get() else { return };
    for point in plan.points.iter().filter(|point| point.step == step) {
        if point.reached.fetch_add(1, Ordering::AcqRel) + 1 == point.at {
            point.action.happen(step);
        }
    }
}

impl Action {
    fn happen(self, step: &str) {
        tracing::warn!(failpoint = step, action = ?self, "a failpoint is reached");
        let signal = if self == Self::Kill { Signal::SIGKILL } else { Signal::SIGSTOP };
        // To this thread, so that nothing more happens on it; the signal takes the others along.
        raise(signal).expect("a process may send itself signals");
    }
}

fn parse(text: &str) -> Result<Plan, String> {
    let mut plan = Plan::default();
    for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let (name, what) =
            item.split_once('=').ok_or_else(|| format!("`{item}` is not `step=action`"))?;
        if name == "clock" {
            let seconds = what.parse().map_err(|_| format!("`{what}` is no number of seconds"))?;
            plan.clock_skew = TimeDelta::seconds(seconds);
            continue;
        }
        let step = STEPS.into_iter().find(|step| *step == name);
        let step = step.ok_or_else(|| format!("there is no step `{name}`"))?;
        let (action, at) = what.split_once('@').unwrap_or((what, "1"));
        let action = match action {
            "kill" => Action::Kill,
            "freeze" => Action::Freeze,
            _ => return Err(format!("`{action}` is neither `kill` nor `freeze`")),
        };
        let at = at.parse().ok().filter(|at| *at > 0);
        let at = at.ok_or_else(|| format!("`{item}` does not say which time, from 1"))?;
        plan.points.push(Point { step, action, at, reached: AtomicU32::new(0) });
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_actions_counts_and_the_clock_are_read() {
        let plan =
            parse("deliver.called=kill@2, route.before_commit=freeze,clock=-60").expect("valid");
        let points: Vec<_> =
            plan.points.iter().map(|point| (point.step, point.action, point.at)).collect();
        assert_eq!(
            points,
            [("deliver.called", Action::Kill, 2), ("route.before_commit", Action::Freeze, 1)]
        );
        assert_eq!(plan.clock_skew, TimeDelta::seconds(-60));
        assert!(parse("").expect("nothing").points.is_empty());
    }

    #[test]
    fn what_no_failpoint_is_ends_the_process_at_its_start() {
        for wrong in [
            "deliver.called",
            "deliver.colled=kill",
            "deliver.called=panic",
            "deliver.called=kill@0",
            "deliver.called=kill@often",
            "clock=late",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}

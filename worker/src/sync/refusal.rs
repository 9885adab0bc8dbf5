//! What follows from a call that Slack did not answer as wanted.

use std::time::Duration;

use shared::ids::{ChannelId, TeamId};
use shared::queue::Scope;
use shared::slack::{CallError, Outcome};

use crate::{Failure, JobContext};

/// While something is held that a person has to put right, it is tried this often whether they did.
const TRY_HELD_EVERY: Duration = Duration::from_mins(10);
/// A code that nobody knows is taken for final after so many tries.
const TRIES_OF_UNKNOWN: i64 = 8;

/// What follows from a failed call about a channel. When Slack limits us, everything of `limited` waits.
pub(crate) fn failure(
    cx: &JobContext<'_>,
    error: &CallError,
    team: &TeamId,
    channel: &ChannelId,
    limited: Scope,
) -> Failure {
    match error.outcome() {
        Outcome::Transient(Some(pause)) => Failure::hold(limited, pause, error.to_string()),
        Outcome::HoldWorkspace => {
            Failure::hold(Scope::workspace(team), TRY_HELD_EVERY, error.to_string())
        }
        Outcome::HoldChannel => {
            Failure::hold(Scope::channel(team, channel), TRY_HELD_EVERY, error.to_string())
        }
        Outcome::Permanent | Outcome::OurMistake => Failure::dead(error.to_string()),
        Outcome::Unknown if cx.job.attempts + 1 >= TRIES_OF_UNKNOWN => {
            Failure::dead(error.to_string())
        }
        Outcome::Transient(None) | Outcome::Ambiguous | Outcome::AlreadyTrue | Outcome::Unknown => {
            Failure::retry(error)
        }
    }
}

//! What follows from a call that Slack did not answer as wanted.

use std::time::Duration;

use shared::ids::{ChannelId, TeamId};
use shared::queue::Scope;
use shared::slack::methods::conversations::Join;
use shared::slack::{CallError, Outcome};
use shared::tables::copies::{self, Delivery};
use shared::tables::sync_channels::Target;

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
        Outcome::HoldChannel => trouble(Scope::channel(team, channel), error),
        _ => failure_of_call(cx, error, team, limited),
    }
}

/// As [`failure`], for a call that is about no channel.
pub(crate) fn failure_of_call(
    cx: &JobContext<'_>,
    error: &CallError,
    team: &TeamId,
    limited: Scope,
) -> Failure {
    match error.outcome() {
        Outcome::Transient(Some(pause)) => Failure::hold(limited, pause, error.to_string()),
        Outcome::HoldWorkspace => trouble(Scope::workspace(team), error),
        Outcome::Permanent | Outcome::OurMistake | Outcome::HoldChannel => {
            Failure::dead(error.to_string())
        }
        Outcome::Unknown if cx.job.attempts + 1 >= TRIES_OF_UNKNOWN => {
            Failure::dead(error.to_string())
        }
        Outcome::Transient(None) | Outcome::Ambiguous | Outcome::AlreadyTrue | Outcome::Unknown => {
            Failure::retry(error)
        }
    }
}

fn trouble(scope: Scope, error: &CallError) -> Failure {
    let code = error.code().unwrap_or("an error without a name");
    Failure::trouble(scope, TRY_HELD_EVERY, error.to_string(), code)
}

/// What follows from a call that failed to make a copy: that is `pending` again if the call
/// surely had no effect. When Slack limits us, everything of `limited` waits.
pub(crate) async fn after_post(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    error: &CallError,
    limited: Scope,
) -> Result<Failure, Failure> {
    let mut tx = cx.begin().await?;
    if error.outcome() == Outcome::Ambiguous {
        let now = cx.services.queue.time().now();
        copies::mark_call_ended(&mut tx, &delivery.id, now).await?;
    } else {
        copies::mark_pending(&mut tx, &delivery.id).await?;
    }
    cx.commit(tx).await?;
    if is_mended(cx, &delivery.target(), error).await {
        return Ok(Failure::retry(error));
    }
    Ok(failure(cx, error, &delivery.team_id, &delivery.channel_id, limited))
}

/// Whether what keeps us out of a channel is no more: a public one that the bot is not in, it joins.
pub(crate) async fn is_mended(cx: &JobContext<'_>, place: &Target, error: &CallError) -> bool {
    if error.code() != Some("not_in_channel") {
        return false;
    }
    let Ok(Some(token)) = cx.token(&place.workspace_id).await else { return false };
    let join = Join { channel: &place.channel_id };
    cx.call(&place.team_id, &token, &join).await.is_ok()
}

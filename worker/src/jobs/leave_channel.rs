//! Says goodbye in a channel that somebody invited our bot to although it is in no sync, and leaves it.

use shared::jobs::leave_channel;
use shared::queue::Scope;
use shared::slack::methods::chat::Say;
use shared::slack::methods::conversations::Leave;
use shared::slack::{CallError, Outcome};
use shared::tables::channels;

use crate::sync::refusal;
use crate::{Done, Failure, JobContext};

const GOODBYE: &str = "This channel is not in sync with any other, so I am leaving it again. To put it in sync, open SyncBot's Home tab and publish it there: I will join by myself.";

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = leave_channel::payload(cx.job.payload()?)
        .map_err(|_| Failure::dead("the job does not say which channel"))?;
    let (team, channel) = (&payload.team, &payload.channel);
    let mut tx = cx.begin().await?;
    // It may have been put in sync since.
    if channels::is_in_a_sync(&mut tx, &payload.workspace, channel).await? {
        return cx.done(tx).await;
    }
    drop(tx);
    let Some(token) = cx.token(&payload.workspace).await? else {
        return cx.done(cx.begin().await?).await;
    };
    // Only the first try says it; one that Slack wants later is no try.
    if cx.job.attempts == 0 && cx.job.not_before <= cx.job.created_at {
        let said = cx.call(team, &token, &Say { channel, text: GOODBYE }).await;
        limited(cx, said.err(), &payload)?;
    }
    let left = cx.call(team, &token, &Leave { channel }).await;
    match left {
        Ok(_) => {}
        Err(error) => match error.outcome() {
            // It is out already, or may not leave by itself.
            Outcome::HoldChannel | Outcome::Permanent | Outcome::AlreadyTrue => {}
            _ => {
                let limited = Scope::method(team, error.method());
                return Err(refusal::failure_of_call(cx, &error, team, limited));
            }
        },
    }
    cx.done(cx.begin().await?).await
}

/// A goodbye that Slack wants later is said later; any other that fails is not worth staying for.
fn limited(
    cx: &JobContext<'_>,
    error: Option<CallError>,
    payload: &leave_channel::Payload,
) -> Result<(), Failure> {
    match error {
        Some(error) if matches!(error.outcome(), Outcome::Transient(Some(_))) => {
            let limited = Scope::method(&payload.team, error.method());
            Err(refusal::failure_of_call(cx, &error, &payload.team, limited))
        }
        _ => Ok(()),
    }
}

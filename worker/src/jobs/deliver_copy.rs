//! Makes one copy: claims it as `sending`, calls Slack, stores the ts that Slack gave. Two commits, and
//! the network in between.

use std::time::Duration;

use serde_json::json;
use shared::db::{DbError, Tx};
use shared::ids::{CopyId, SlackTs};
use shared::jobs::deliver_copy;
use shared::slack::methods::chat::PostMessage;
use shared::slack::{CallError, Outcome};
use shared::tables::copies::{self, CopyState, Delivery, Standing};
use shared::tables::{installations, posts};
use uuid::Uuid;

use crate::sync::author;
use crate::{Done, Failure, JobContext};

/// After the deadline of a call, its effect may still take this long to be seen.
const AFTER_DEADLINE: Duration = Duration::from_secs(5);
/// Between tries to store what Slack answered.
const STORE_PAUSE: Duration = Duration::from_millis(50);
/// Until a thread's first message is there.
const ROOT_PAUSE: Duration = Duration::from_secs(5);

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let id = payload(cx)?;
    let Some(delivery) = copies::delivery(&cx.services.db, &id).await? else {
        return Err(Failure::dead("the copy no longer exists"));
    };
    let (state, body) = (delivery.state, delivery.body.as_ref());
    let (CopyState::Pending | CopyState::Sending, Some(body)) = (state, body) else {
        return cx.done(cx.begin().await?).await;
    };
    if state == CopyState::Sending {
        await_call_of_predecessor(cx, &delivery)?;
    }
    let thread_ts = root_in_target(cx, &delivery).await?;
    let Some(installation) = installations::of(&cx.services.db, &delivery.workspace_id).await?
    else {
        return Err(Failure::dead("the target workspace is not installed"));
    };
    let token = installation.token(&cx.services.sealer).map_err(|error| Failure::retry(&error))?;
    let author = author::shown(cx, &delivery).await?;

    let mut tx = cx.begin().await?;
    copies::mark_sending(&mut tx, &id, cx.call_deadline()).await?;
    cx.commit(tx).await?;

    let message = PostMessage {
        channel: &delivery.channel_id,
        text: &body.text,
        thread_ts: thread_ts.as_ref(),
        username: &author.name,
        icon_url: author.avatar_url.as_deref(),
        unfurl_links: false,
        unfurl_media: false,
        metadata: &metadata(&delivery),
        client_msg_id: &client_msg_id(&id),
    };
    match cx.call(&token, &message).await {
        Ok(posted) => loop {
            match store(cx, &delivery, &posted.ts).await {
                // The message is there: what must not be done again is calling, so storing is. It ends with
                // the lease, if the database does not come back before.
                Err(Failure::Again | Failure::DatabaseUnavailable(_)) => {
                    cx.services.clock.sleep(STORE_PAUSE).await;
                }
                stored => break stored,
            }
        },
        Err(error) => Err(after(cx, &id, &error).await?),
    }
}

/// Stores what Slack answered.
async fn store(cx: &JobContext<'_>, delivery: &Delivery, ts: &SlackTs) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    copies::mark_sent(&mut tx, &delivery.id, ts).await?;
    posts::clear_body_when_delivered(&mut tx, &delivery.post_id).await?;
    cx.done(tx).await
}

/// Notes that the copy will not be made, in the transaction that buries its job.
pub(crate) async fn on_death(cx: &JobContext<'_>, tx: &mut Tx) -> Result<(), DbError> {
    match cx.job.payload.as_deref().map(deliver_copy::payload) {
        Some(Ok(id)) => copies::mark_dead_if_open(tx, &id).await,
        _ => Ok(()),
    }
}

fn payload(cx: &JobContext<'_>) -> Result<CopyId, Failure> {
    deliver_copy::payload(cx.job.payload()?).map_err(|error| Failure::dead(error.to_string()))
}

/// A call of a worker that died may be under way, or may have had its effect: it is left time to end.
fn await_call_of_predecessor(cx: &JobContext<'_>, delivery: &Delivery) -> Result<(), Failure> {
    let margin = i64::try_from(AFTER_DEADLINE.as_millis()).unwrap_or_default();
    let free_at = delivery.call_deadline.unwrap_or_default() + margin;
    match u64::try_from(free_at - cx.services.queue.time().now()) {
        Ok(left) if left > 0 => {
            Err(Failure::snooze(Duration::from_millis(left), "a call may still be under way"))
        }
        _ => Ok(()),
    }
}

/// The ts of the thread's first message in the target channel; `None`: the message is no reply.
async fn root_in_target(
    cx: &JobContext<'_>,
    delivery: &Delivery,
) -> Result<Option<SlackTs>, Failure> {
    let Some(root) = &delivery.root_post_id else { return Ok(None) };
    match copies::standing(&cx.services.db, root, &delivery.workspace_id, &delivery.channel_id)
        .await?
    {
        Standing::At(ts) => Ok(Some(ts)),
        Standing::Coming => {
            Err(Failure::snooze(ROOT_PAUSE, "the thread's first message is not there yet"))
        }
        Standing::Absent => {
            Err(Failure::dead("the thread's first message is not in the target channel"))
        }
    }
}

/// Ids only: every app and member of the workspace can read it (docs.slack.dev/messaging/message-metadata).
fn metadata(delivery: &Delivery) -> String {
    let payload = json!({ "post": delivery.post_id, "copy": delivery.id, "part": 0 });
    json!({ "event_type": "syncbot_copy", "event_payload": payload }).to_string()
}

/// The same on each try.
fn client_msg_id(copy: &CopyId) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, copy.as_str().as_bytes()).to_string()
}

/// What follows from a failed call. The copy is `pending` again if the call surely had no effect.
async fn after(cx: &JobContext<'_>, id: &CopyId, error: &CallError) -> Result<Failure, Failure> {
    let outcome = error.outcome();
    if outcome != Outcome::Ambiguous {
        let mut tx = cx.begin().await?;
        copies::mark_pending(&mut tx, id).await?;
        cx.commit(tx).await?;
    }
    Ok(match outcome {
        Outcome::Transient(Some(pause)) => Failure::snooze(pause, error.to_string()),
        Outcome::Permanent | Outcome::OurMistake => Failure::dead(error.to_string()),
        Outcome::Transient(None)
        | Outcome::Ambiguous
        | Outcome::AlreadyTrue
        | Outcome::HoldWorkspace
        | Outcome::HoldChannel
        | Outcome::Unknown => Failure::retry(error),
    })
}

//! Brings a copy that is there to what its message is now: changes what it says, or removes it.
//!
//! Both calls may be made twice, so nothing is stored before them.

use shared::failpoint;
use shared::ids::{CopyId, SlackTs};
use shared::jobs::refresh_copy;
use shared::queue::Scope;
use shared::slack::CallError;
use shared::slack::client::Method;
use shared::slack::methods::chat::{Delete, Update};
use shared::tables::copies::{self, CopyState, Delivery, Form};
use shared::tables::sync_channels::{Target, Way};
use shared::tables::{changes, pauses};

use crate::sync::{refusal, text, wait};
use crate::{Done, Failure, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let id = payload(cx)?;
    let Some(delivery) = copies::delivery(&cx.services.db, &id).await? else {
        return cx.done(cx.begin().await?).await;
    };
    let ts = match (delivery.state, &delivery.ts) {
        (CopyState::Pending | CopyState::Sending, _) => {
            return wait::for_copy(cx, &delivery.post_id, &delivery.id).await;
        }
        (CopyState::Sent, Some(ts)) => ts,
        (CopyState::Sent | CopyState::Dead | CopyState::Deleted, _) => {
            return cx.done(cx.begin().await?).await;
        }
    };
    let is_behind = delivery.is_deleted || delivery.shown_version < delivery.version;
    // Where it is kept back, the end of the pause brings it.
    if is_behind && !may_follow(cx, &delivery).await? {
        return cx.done(cx.begin().await?).await;
    }
    match delivery.form {
        Form::Full | Form::Stub if delivery.is_deleted => remove(cx, &delivery, ts).await,
        Form::Full if delivery.shown_version < delivery.version => update(cx, &delivery, ts).await,
        Form::Full | Form::Stub | Form::Tombstone => cx.done(cx.begin().await?).await,
    }
}

/// Whether no pause keeps the copy as it is.
async fn may_follow(cx: &JobContext<'_>, delivery: &Delivery) -> Result<bool, Failure> {
    let way = Way {
        workspace_id: delivery.source_workspace_id.clone(),
        channel_id: delivery.source_channel_id.clone(),
        target: Target {
            workspace_id: delivery.workspace_id.clone(),
            team_id: delivery.team_id.clone(),
            channel_id: delivery.channel_id.clone(),
        },
    };
    Ok(pauses::let_pass(&cx.services.db, &way, delivery.version).await?)
}

fn payload(cx: &JobContext<'_>) -> Result<CopyId, Failure> {
    refresh_copy::payload(cx.job.payload()?).map_err(|error| Failure::dead(error.to_string()))
}

async fn remove(cx: &JobContext<'_>, delivery: &Delivery, ts: &SlackTs) -> Result<Done, Failure> {
    let called = call(cx, delivery, &Delete { channel: &delivery.channel_id, ts }).await?;
    if let Err(error) = called
        && !is_gone(&error)
    {
        return Err(refused(cx, delivery, &error));
    }
    gone(cx, delivery).await
}

async fn update(cx: &JobContext<'_>, delivery: &Delivery, ts: &SlackTs) -> Result<Done, Failure> {
    let Some(body) = &delivery.body else {
        return Err(Failure::dead("what was said is no longer known"));
    };
    let Some(text) = text::of_part(cx, delivery, body).await? else {
        return remove(cx, delivery, ts).await;
    };
    let update = Update { channel: &delivery.channel_id, ts, text: &text };
    match call(cx, delivery, &update).await? {
        Ok(_) => {
            let mut tx = cx.begin().await?;
            changes::mark_shown(&mut tx, delivery).await?;
            cx.done(tx).await
        }
        // Somebody removed it.
        Err(error) if is_gone(&error) => gone(cx, delivery).await,
        Err(error) => Err(refused(cx, delivery, &error)),
    }
}

/// Calls Slack for the copy's workspace.
async fn call<M: Method>(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    method: &M,
) -> Result<Result<M::Answer, CallError>, Failure> {
    let token = cx.target_token(&delivery.workspace_id).await?;
    failpoint!("refresh.before_call");
    let called = cx.call(&delivery.team_id, &token, method).await;
    failpoint!("refresh.called");
    Ok(called)
}

fn is_gone(error: &CallError) -> bool {
    error.code() == Some("message_not_found")
}

async fn gone(cx: &JobContext<'_>, delivery: &Delivery) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    changes::mark_deleted(&mut tx, &delivery.id, &delivery.post_id).await?;
    cx.done(tx).await
}

fn refused(cx: &JobContext<'_>, delivery: &Delivery, error: &CallError) -> Failure {
    let (team, channel) = (&delivery.team_id, &delivery.channel_id);
    refusal::failure(cx, error, team, channel, Scope::method(team, error.method()))
}

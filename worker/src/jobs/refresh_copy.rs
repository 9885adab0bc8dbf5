//! Brings a copy that is there to what its message is now: changes what it says, or removes it.
//!
//! Both calls may be made twice, so nothing is stored before them.

use shared::db::{DbError, Tx};
use shared::failpoint;
use shared::ids::{CopyId, SlackTs};
use shared::jobs::{refresh_copy, refresh_reactions};
use shared::queue::{JobRow, Queue, Scope};
use shared::slack::client::Method;
use shared::slack::methods::chat::{Delete, Update};
use shared::slack::methods::files::Delete as DeleteFile;
use shared::slack::{CallError, Outcome};
use shared::tables::copies::{self, CopyState, Delivery, Form};
use shared::tables::copy_files::{self, Carried};
use shared::tables::posts::Body;
use shared::tables::sync_channels::Way;
use shared::tables::{changes, pauses, reaction_notices, undelivered};

use crate::sync::{author, blocks, files, refusal, text, voice, wait};

use super::deliver_copy::DELETED;
use crate::{Done, Failure, JobContext};

/// How `chat.update` reads a text, as `chat.postMessage` does.
const PARSE: &str = "none";
/// Only with their token it could be changed.
const NOT_OURS: &str = "its author, as whom it was posted, lets SyncBot change it no longer";

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
        // An earlier run may have removed it, and not lived to do what follows.
        (CopyState::Deleted, _) if delivery.is_deleted => return gone(cx, &delivery).await,
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
        Form::Tombstone => cx.done(cx.begin().await?).await,
        Form::Files if delivery.is_deleted => {
            remove_files(cx, &delivery).await?;
            remove(cx, &delivery, ts).await
        }
        _ if delivery.is_deleted => remove(cx, &delivery, ts).await,
        Form::Full | Form::Files | Form::Lost if delivery.shown_version < delivery.version => {
            update(cx, &delivery, ts).await
        }
        Form::Full | Form::Files | Form::Stub | Form::Lost | Form::Reaction => {
            cx.done(cx.begin().await?).await
        }
    }
}

/// Notes that the copy stays as it is, in the transaction that buries the job.
pub(crate) async fn on_death(
    cx: &JobContext<'_>,
    tx: &mut Tx,
    reason: &str,
) -> Result<(), DbError> {
    let Some(Ok(id)) = cx.job.payload.as_deref().map(refresh_copy::payload) else { return Ok(()) };
    undelivered::note(tx, &id, reason).await
}

/// It is to follow after all, in the transaction that revives the job.
pub(crate) async fn on_replay(_: &Queue, job: &JobRow, tx: &mut Tx) -> Result<(), DbError> {
    let Some(Ok(id)) = job.payload.as_deref().map(refresh_copy::payload) else { return Ok(()) };
    undelivered::forget(tx, &id).await
}

/// Whether no pause keeps the copy as it is.
async fn may_follow(cx: &JobContext<'_>, delivery: &Delivery) -> Result<bool, Failure> {
    let way = Way {
        workspace_id: delivery.source_workspace_id.clone(),
        channel_id: delivery.source_channel_id.clone(),
        target: delivery.target(),
    };
    Ok(pauses::let_pass(&cx.services.db, &way, delivery.version).await?)
}

fn payload(cx: &JobContext<'_>) -> Result<CopyId, Failure> {
    refresh_copy::payload(cx.job.payload()?).map_err(|error| Failure::dead(error.to_string()))
}

async fn remove(cx: &JobContext<'_>, delivery: &Delivery, ts: &SlackTs) -> Result<Done, Failure> {
    let channel = &delivery.channel_id;
    let called = call(cx, delivery, &Delete { channel, ts }).await?;
    match called {
        Err(error) if error.code() == Some("cant_delete_message") => {
            // What Slack does not let us delete is at least not to be read any more.
            let (text, blocks) = (DELETED, blocks::NONE);
            let update = Update { channel, ts, text, blocks, parse: PARSE };
            match call(cx, delivery, &update).await? {
                Err(update) if !is_gone(&update) => Err(refused(cx, delivery, &error).await),
                _ => gone(cx, delivery).await,
            }
        }
        Err(error) if !is_gone(&error) => Err(refused(cx, delivery, &error).await),
        _ => gone(cx, delivery).await,
    }
}

async fn update(cx: &JobContext<'_>, delivery: &Delivery, ts: &SlackTs) -> Result<Done, Failure> {
    let Some(body) = &delivery.body else {
        return Err(Failure::dead("what was said is no longer known"));
    };
    let body = match delivery.form {
        // What is said stands in a message of its own.
        Form::Files | Form::Lost if delivery.part > 0 => return shown(cx, delivery).await,
        Form::Lost => Body::said(files::instead(cx, delivery, body).await?),
        Form::Files => {
            let author = author::shown(cx, delivery, &delivery.author).await?;
            let carried = copy_files::of(&cx.services.db, &delivery.id).await?;
            Body::said(files::comment(cx, delivery, body, &author.name, &carried).await?)
        }
        _ => match text::of_part(cx, delivery, body).await? {
            Some(body) => body,
            None => return remove(cx, delivery, ts).await,
        },
    };
    let blocks = blocks::to_update(&body.blocks);
    let mut update = Update {
        channel: &delivery.channel_id,
        ts,
        text: &body.text,
        blocks: &blocks,
        parse: PARSE,
    };
    let mut called = call(cx, delivery, &update).await?;
    if let Err(error) = &called
        && !body.blocks.is_empty()
        && blocks::are_refused(error)
    {
        tracing::warn!(copy.id = %delivery.id, %error, "the copy has its text alone");
        update.blocks = blocks::NONE;
        called = call(cx, delivery, &update).await?;
    }
    match called {
        Ok(_) => shown(cx, delivery).await,
        // Somebody removed it.
        Err(error) if is_gone(&error) => gone(cx, delivery).await,
        Err(error) => Err(refused(cx, delivery, &error).await),
    }
}

async fn shown(cx: &JobContext<'_>, delivery: &Delivery) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    changes::mark_shown(&mut tx, delivery).await?;
    cx.done(tx).await
}

/// The files themselves: removing the message that shows them would leave them in the workspace.
async fn remove_files(cx: &JobContext<'_>, delivery: &Delivery) -> Result<(), Failure> {
    for (_, carried) in copy_files::of(&cx.services.db, &delivery.id).await? {
        let Carried::As(file) = carried else { continue };
        if let Err(error) = call(cx, delivery, &DeleteFile { file: &file }).await?
            && error.outcome() != Outcome::Permanent
        {
            return Err(refused(cx, delivery, &error).await);
        }
    }
    Ok(())
}

/// Calls Slack for the copy's workspace, with the token that the copy was posted with.
async fn call<M: Method>(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    method: &M,
) -> Result<Result<M::Answer, CallError>, Failure> {
    let voice = match &delivery.posted_as {
        Some(user) => {
            let voice = voice::of(cx, delivery, user).await?;
            Some(voice.ok_or_else(|| Failure::dead(NOT_OURS))?)
        }
        None => None,
    };
    let token = match &voice {
        Some(voice) => voice.token.clone(),
        None => cx.target_token(&delivery.workspace_id, &delivery.team_id).await?,
    };
    failpoint!("refresh.before_call");
    let called = cx.call(&delivery.team_id, &token, method).await;
    failpoint!("refresh.called");
    if let (Some(voice), Err(error)) = (&voice, &called)
        && error.code() != Some("is_archived")
        && voice.is_refused(cx, error).await?
    {
        return Err(Failure::dead(format!("{NOT_OURS}: {error}")));
    }
    Ok(called)
}

fn is_gone(error: &CallError) -> bool {
    error.code() == Some("message_not_found")
}

async fn gone(cx: &JobContext<'_>, delivery: &Delivery) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    changes::mark_deleted(&mut tx, &delivery.id, &delivery.post_id).await?;
    if delivery.is_deleted && reaction_notices::exist_of(&mut tx, &delivery.post_id).await? {
        let job = refresh_reactions::job(&delivery.post_id, &delivery.target());
        cx.enqueue(&mut tx, vec![job]).await?;
    }
    cx.done(tx).await
}

async fn refused(cx: &JobContext<'_>, delivery: &Delivery, error: &CallError) -> Failure {
    let target = delivery.target();
    if refusal::is_mended(cx, &target, error).await {
        return Failure::retry(error);
    }
    let (team, channel) = (&target.team_id, &target.channel_id);
    refusal::failure(cx, error, team, channel, Scope::method(team, error.method()))
}

//! Makes one copy: claims it as `sending`, calls Slack, stores the ts that Slack gave. Two commits, and
//! the network in between. Whoever finds a copy `sending` first looks whether it is there.

mod post;

use shared::db::{DbError, Tx};
use shared::failpoint;
use shared::ids::{CopyId, SlackTs};
use shared::jobs::{deliver_copy, deliver_files, refresh_reactions};
use shared::queue::{JobRow, Queue, Scope};
use shared::tables::copies::{self, CopyState, Delivery, Form};
use shared::tables::posts::{Author, Body};
use shared::tables::{changes, posts, undelivered};

use crate::sync::thread::{self, Place};
use crate::sync::{author, files, reconcile, refusal, stub, text, unseen};
use crate::{Done, Failure, FencedTx, JobContext};

/// What stands where the first message of a thread was, as Slack itself puts it.
pub(super) const DELETED: &str = "_This message was deleted._";

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    deliver(cx, &payload(cx)?).await
}

/// Makes the copy, as one message, whatever job it is that does.
pub(super) async fn deliver(cx: &JobContext<'_>, id: &CopyId) -> Result<Done, Failure> {
    let Some(mut delivery) = copies::delivery(&cx.services.db, id).await? else {
        return Err(Failure::dead("the copy no longer exists"));
    };
    if !matches!(delivery.state, CopyState::Pending | CopyState::Sending) {
        return cx.done(cx.begin().await?).await;
    }
    // The channel takes part no longer: what is on its way stops, unless it may be there already.
    if !delivery.is_wanted && delivery.state == CopyState::Pending {
        return drop_copy(cx, cx.begin().await?, &delivery).await;
    }
    let place = match thread::place(cx, &delivery).await? {
        Place::Waits(done) => return Ok(done),
        place => place,
    };
    let root = place.root();
    let token = cx.target_token(&delivery.workspace_id, &delivery.team_id).await?;
    if let (CopyState::Sending, Some(doubt)) = (delivery.state, &delivery.doubt)
        && let Some(ts) = reconcile::effect(cx, &delivery, doubt, &token, root).await?
    {
        tracing::info!(copy.id = %id, "an earlier call had made the copy");
        return store(cx, &delivery, &ts).await;
    }
    if delivery.is_deleted {
        let mut tx = cx.begin().await?;
        if delivery.part > 0 || !posts::has_replies(&mut tx, &delivery.post_id).await? {
            return drop_copy(cx, tx, &delivery).await;
        }
        delivery.form = Form::Tombstone;
    }
    let Some((author, body)) = said(cx, &delivery).await? else {
        return drop_copy(cx, cx.begin().await?, &delivery).await;
    };
    let author = author::shown(cx, &delivery, &author).await?;
    match post::post(cx, &mut delivery, &token, root, &author, &body).await? {
        Ok(posted) => cx.store(|| store(cx, &delivery, &posted.ts)).await,
        Err(error) => {
            let limited = Scope::channel(&delivery.team_id, &delivery.channel_id);
            Err(refusal::after_post(cx, &delivery, &error, limited).await?)
        }
    }
}

/// Who said what the copy shows, and what. `None`: an edit has left nothing for it.
async fn said(cx: &JobContext<'_>, delivery: &Delivery) -> Result<Option<(Author, Body)>, Failure> {
    match (delivery.form, &delivery.body) {
        (Form::Stub, _) => stub::read(cx, delivery).await.map(Some),
        (Form::Tombstone, _) => Ok(Some((delivery.author.clone(), Body::said(DELETED)))),
        (Form::Full, Some(body)) if body.is_unseen => match unseen::read(cx, delivery).await? {
            Some(body) => full(cx, delivery, &body).await,
            None => Ok(None),
        },
        (Form::Full, Some(body)) => full(cx, delivery, body).await,
        (Form::Lost, Some(body)) => {
            let text = files::instead(cx, delivery, body).await?;
            Ok(Some((delivery.author.clone(), Body::said(text))))
        }
        (Form::Reaction, Some(body)) => Ok(Some((delivery.author.clone(), body.clone()))),
        (Form::Full | Form::Lost | Form::Reaction, None) => {
            Err(Failure::dead("what was said is no longer known"))
        }
        (Form::Files, _) => Err(Failure::dead("files are not delivered like this")),
    }
}

async fn full(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    body: &Body,
) -> Result<Option<(Author, Body)>, Failure> {
    let body = text::of_part(cx, delivery, body).await?;
    Ok(body.map(|body| (delivery.author.clone(), body)))
}

/// The copy is not to be made any more.
async fn drop_copy(
    cx: &JobContext<'_>,
    mut tx: FencedTx,
    delivery: &Delivery,
) -> Result<Done, Failure> {
    changes::mark_deleted(&mut tx, &delivery.id, &delivery.post_id).await?;
    cx.unpark(&mut tx, &deliver_copy::wait_key(&delivery.id)).await?;
    cx.done(tx).await
}

/// Stores what Slack answered, and wakes what waits for it.
async fn store(cx: &JobContext<'_>, delivery: &Delivery, ts: &SlackTs) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    copies::mark_sent(&mut tx, delivery, ts).await?;
    let place = posts::wait_key(&delivery.team_id, &delivery.channel_id, ts);
    cx.unpark_either(&mut tx, &deliver_copy::wait_key(&delivery.id), &place).await?;
    failpoint!("deliver.before_store_commit");
    cx.done(tx).await.inspect(|_| failpoint!("deliver.stored"))
}

/// Notes that the copy will not be made, in the transaction that buries its job. Replies to it learn of it.
pub(crate) async fn on_death(
    cx: &JobContext<'_>,
    tx: &mut Tx,
    reason: &str,
) -> Result<(), DbError> {
    let Some(Ok(id)) = cx.job.payload.as_deref().map(deliver_copy::payload) else { return Ok(()) };
    if copies::mark_dead_if_open(tx, &id).await? {
        undelivered::note(tx, &id, reason).await?;
    }
    cx.services.queue.unpark(tx, &deliver_copy::wait_key(&id)).await.map(drop)
}

/// The copy is to be made after all, and the replies that died with it, in the transaction that revives
/// the job.
pub(crate) async fn on_replay(queue: &Queue, job: &JobRow, tx: &mut Tx) -> Result<(), DbError> {
    let Some(Ok(id)) = job.payload.as_deref().map(deliver_copy::payload) else { return Ok(()) };
    reopen(queue, &id, tx).await
}

/// The copy of a job that is revived, and of the replies that died with it.
pub(super) async fn reopen(queue: &Queue, id: &CopyId, tx: &mut Tx) -> Result<(), DbError> {
    copies::reopen(tx, id).await?;
    undelivered::forget(tx, id).await?;
    if let Some((post, place)) = copies::place(tx, id).await? {
        // What people reacted meanwhile shows as well, once the copy is there.
        queue.enqueue(tx, vec![refresh_reactions::job(&post, &place)]).await?;
    }
    for reply in copies::dead_replies(tx, id).await? {
        copies::reopen(tx, &reply).await?;
        undelivered::forget(tx, &reply).await?;
        let [quick, apart] = deliver_files::dedup_keys(&reply);
        for key in [deliver_copy::dedup_key(&reply), quick, apart] {
            if let Some(job) = queue.job_of_dedup_key(tx, &key).await?
                && let Err(reason) = queue.revive(tx, &job).await?
            {
                tracing::debug!(job.id = %job, %reason, "a job of a reply is not replayed");
            }
        }
    }
    Ok(())
}

fn payload(cx: &JobContext<'_>) -> Result<CopyId, Failure> {
    deliver_copy::payload(cx.job.payload()?).map_err(|error| Failure::dead(error.to_string()))
}

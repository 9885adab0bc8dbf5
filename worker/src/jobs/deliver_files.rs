//! Shares the files of a message in one target channel: carries each, stores its id, shares them all, and
//! waits until Slack shows the message. What is quick keeps its place among the channel's messages; what is
//! not goes on in a lane of its own.

mod share;

use std::time::Duration;

use shared::db::{DbError, Tx};
use shared::failpoint;
use shared::jobs::{deliver_copy, deliver_files, notice};
use shared::queue::{JobRow, NewJob, Queue};
use shared::slack::file::File;
use shared::tables::copies::{self, CopyState, Delivery, Form};
use shared::tables::copy_files::{self, Carried};
use shared::tables::posts::{Author, Body};
use shared::tables::undelivered;

use crate::sync::carry::{self, Tokens};
use crate::sync::{files, thread};
use crate::{Done, Failure, FencedTx, JobContext};
use share::{Ended, Sharing};

/// So long the channel's other messages wait for files.
const QUICK: Duration = Duration::from_secs(10);
/// What is larger than this is not quick on any line that a small instance has.
const QUICK_BYTES: u64 = 25 << 20;
/// Why the files of a job that died are not copied, in words for their author.
const GIVEN_UP: &str = "it was tried for long, and given up";

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = deliver_files::payload(cx.job.payload()?);
    let payload = payload.map_err(|_| Failure::dead("the job does not say which copy"))?;
    let Some(delivery) = copies::delivery(&cx.services.db, &payload.copy).await? else {
        return Err(Failure::dead("the copy no longer exists"));
    };
    if !matches!(delivery.state, CopyState::Pending | CopyState::Sending) {
        return cx.done(cx.begin().await?).await;
    }
    if delivery.form != Form::Files || !delivery.is_wanted && delivery.state == CopyState::Pending {
        // A text has taken their place, or nothing is to.
        return super::deliver_copy::deliver(cx, &delivery.id).await;
    }
    let place = match thread::place(cx, &delivery).await? {
        thread::Place::Waits(done) => return Ok(done),
        place => place,
    };
    let tokens = Tokens {
        source: cx.token(&delivery.source_workspace_id).await?,
        target: cx.target_token(&delivery.workspace_id, &delivery.team_id).await?,
    };
    let sharing = Sharing { cx, delivery: &delivery, token: &tokens.target, place: &place };
    if delivery.state == CopyState::Sending
        && let Some(ended) = sharing.find(payload.is_apart).await?
    {
        return ended_as(cx, &delivery, ended).await;
    }
    if delivery.is_deleted {
        return super::deliver_copy::deliver(cx, &delivery.id).await;
    }
    let Some(body) = &delivery.body else {
        return Err(Failure::dead("what was said is no longer known"));
    };
    let Some(carried) = carried(cx, &delivery, &tokens, body, payload.is_apart).await? else {
        return go_apart(cx, &delivery).await;
    };
    if !carried.iter().any(|(_, carried)| matches!(carried, Carried::As(_))) {
        return say_instead(cx, &delivery).await;
    }
    let ended = sharing.share(body, &carried, payload.is_apart).await?;
    ended_as(cx, &delivery, ended).await
}

async fn ended_as(cx: &JobContext<'_>, delivery: &Delivery, ended: Ended) -> Result<Done, Failure> {
    match ended {
        Ended::Done(done) => Ok(done),
        Ended::GoesApart => go_apart(cx, delivery).await,
    }
}

async fn go_apart(cx: &JobContext<'_>, delivery: &Delivery) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    let job = deliver_files::job_apart(&delivery.id, &delivery.target());
    cx.enqueue(&mut tx, vec![job]).await?;
    cx.done(tx).await
}

/// Every file, as far as it can be had. `None`: that takes too long for the channel's lane.
async fn carried(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    tokens: &Tokens,
    body: &Body,
    is_apart: bool,
) -> Result<Option<Vec<(i64, Carried)>>, Failure> {
    if is_apart {
        return carry_all(cx, delivery, tokens, body).await.map(Some);
    }
    let size = |file: &File| file.size.unwrap_or_default();
    if body.files.iter().map(size).fold(0, u64::saturating_add) > QUICK_BYTES {
        return Ok(None);
    }
    match tokio::time::timeout(QUICK, carry_all(cx, delivery, tokens, body)).await {
        Ok(Ok(carried)) => Ok(Some(carried)),
        Ok(Err(
            failure @ (Failure::LeaseLost(_) | Failure::DatabaseUnavailable(_) | Failure::Again),
        )) => Err(failure),
        // Nobody else waits for what is to be tried again.
        Ok(Err(failure)) => {
            tracing::info!(?failure, "files go on in a lane of their own");
            Ok(None)
        }
        Err(_) => Ok(None),
    }
}

/// Each is stored as soon as it is there: a crash costs one transfer.
async fn carry_all(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    tokens: &Tokens,
    body: &Body,
) -> Result<Vec<(i64, Carried)>, Failure> {
    let mut carried = copy_files::of(&cx.services.db, &delivery.id).await?;
    for (number, file) in (0_i64..).zip(&body.files) {
        if carried.iter().any(|(known, _)| *known == number) {
            continue;
        }
        let became = carry::one(cx, delivery, tokens, file).await?;
        let mut tx = cx.begin().await?;
        copy_files::insert(&mut tx, delivery, number, &became).await?;
        if let Carried::Not(why) = &became {
            tell_author(cx, &mut tx, delivery, number, why).await?;
        }
        failpoint!("files.carried");
        cx.commit(tx).await?;
        carried.push((number, became));
    }
    Ok(carried)
}

/// The author of a file learns that others do not get it, and why.
async fn tell_author(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    delivery: &Delivery,
    number: i64,
    why: &str,
) -> Result<(), Failure> {
    tracing::warn!(copy.id = %delivery.id, number, why, "a file is not copied");
    let told = told(delivery, number, why).into_iter().collect();
    cx.enqueue(tx, told).await.map_err(Failure::from)
}

/// The job that tells the author of a file; `None`: nobody is to be told.
fn told(delivery: &Delivery, number: i64, why: &str) -> Option<NewJob> {
    let files = delivery.body.as_ref().map(|body| &body.files);
    let file = files.and_then(|files| files.get(usize::try_from(number).ok()?));
    let (Some(file), Author::Person { user }) = (file, &delivery.author) else { return None };
    let notice = notice::Notice {
        workspace: delivery.source_workspace_id.clone(),
        team: delivery.source_team_id.clone(),
        user: user.clone(),
        text: files::told_to_author(file, why),
    };
    Some(notice::job(&notice, &format!("file:{}:{number}", delivery.id)))
}

/// Nothing can be shared: a text says so in its place.
async fn say_instead(cx: &JobContext<'_>, delivery: &Delivery) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    copy_files::mark_lost(&mut tx, &delivery.id).await?;
    cx.commit(tx).await?;
    super::deliver_copy::deliver(cx, &delivery.id).await
}

/// Notes that the files will not be shared, in the transaction that buries the job. Their author learns of it.
pub(crate) async fn on_death(
    cx: &JobContext<'_>,
    tx: &mut Tx,
    reason: &str,
) -> Result<(), DbError> {
    let payload = cx.job.payload.as_deref().map(deliver_files::payload);
    let Some(Ok(deliver_files::Payload { copy, .. })) = payload else { return Ok(()) };
    if copies::mark_dead_if_open(tx, &copy).await? {
        undelivered::note(tx, &copy, reason).await?;
        if let Some(delivery) = copies::delivery(&cx.services.db, &copy).await? {
            let files = (0_i64..).zip(delivery.body.iter().flat_map(|body| &body.files));
            let jobs = files.filter_map(|(number, _)| told(&delivery, number, GIVEN_UP)).collect();
            cx.services.queue.enqueue(tx, jobs).await?;
        }
    }
    cx.services.queue.unpark(tx, &deliver_copy::wait_key(&copy)).await.map(drop)
}

/// The files are to be shared after all, in the transaction that revives the job.
pub(crate) async fn on_replay(queue: &Queue, job: &JobRow, tx: &mut Tx) -> Result<(), DbError> {
    let payload = job.payload.as_deref().map(deliver_files::payload);
    let Some(Ok(deliver_files::Payload { copy, .. })) = payload else { return Ok(()) };
    super::deliver_copy::reopen(queue, &copy, tx).await
}

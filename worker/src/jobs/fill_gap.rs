//! Reads again what was said in a channel during a gap, from its end back to an hour before it, page by page;
//! how far it came is stored after each. What nobody told us of is routed as if Slack had sent it.
//!
//! The history is newest first, and messages have to be routed oldest first: what is found is parked until the
//! last page is through. Replies are not in it: each thread that may have some is a `fill_thread`, which also
//! says whether a message that does not show is gone.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Map, Value};
use shared::db::{DbError, Tx};
use shared::ids::SlackTs;
use shared::jobs::{fill_gap, fill_thread};
use shared::queue::{Lane, NewJob, Scope, millis};
use shared::slack::methods::gaps::Said;
use shared::slack::{CallError, Outcome};
use shared::tables::gaps::{self, Known};
use shared::tables::{installations, posts, reactions};

use crate::sync::found::{self, Head};
use crate::sync::refusal;
use crate::{Done, Failure, FencedTx, JobContext};

/// As much as Slack gives at once to the apps that it gives least
/// (docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps).
pub(super) const PAGE: u32 = 15;
/// What was said so long before a gap may have been edited or deleted in it.
const LOOK_BACK: i64 = 60 * 60 * 1_000_000;
/// A thread in which somebody answered so long before a gap may go on in it.
const ALIVE: i64 = 24 * 60 * 60 * 1_000_000;
/// So many of them are read, the latest.
const MOST_THREADS: i64 = 50;
/// Between looks whether what Slack told of is routed.
const UNROUTED_PAUSE: Duration = Duration::from_secs(1);
/// What is parked goes on after this in any case: in no good order, but it is not lost.
const PARKED_FOR: Duration = Duration::from_hours(7 * 24);

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let gap =
        fill_gap::payload(cx.job.payload()?).map_err(|error| Failure::dead(error.to_string()))?;
    // Not before it is over: what is said then would be missed again.
    let left = gap.until - cx.services.clock.now().timestamp_micros();
    if let Ok(left @ 1..) = u64::try_from(left) {
        return Err(Failure::snooze(Duration::from_micros(left), "the gap is not over"));
    }
    // What Slack told of and is not routed yet is not known: if it is gone by now, nobody would learn of that.
    let told = Lane::source(&gap.team, &gap.channel);
    let mut tx = cx.begin().await?;
    if cx.services.queue.has_earlier(&mut tx, &told, gap.until).await? {
        return Err(Failure::snooze(UNROUTED_PAUSE, "what Slack told of is not routed yet"));
    }
    drop(tx);
    let Some(token) = cx.token(&gap.workspace).await? else {
        return Err(Failure::dead("the workspace is not installed"));
    };
    let oldest = SlackTs::at(gap.from.saturating_sub(LOOK_BACK));
    let reached = gaps::reached(&cx.services.db, &gap).await?;
    let mut latest = reached.unwrap_or_else(|| SlackTs::at(gap.until));
    loop {
        let said = Said { channel: &gap.channel, oldest: &oldest, latest: &latest, limit: PAGE };
        let page = cx.call(&gap.team, &token, &said).await;
        let page = page.map_err(|error| refused(cx, &error, &gap))?;
        let mut tx = cx.begin().await?;
        let found = page.messages.into_iter();
        let found: Vec<_> = found.filter_map(|said| Some((Head::of(&said)?, said))).collect();
        let next = found.iter().map(|(head, _)| &head.ts).min_by_key(|ts| ts.micros()).cloned();
        let next = next.filter(|_| page.has_more);
        let from = next.as_ref().unwrap_or(&oldest);
        let missing = store(cx, &mut tx, &gap, found, from, &latest).await?;
        if !page.is_limited {
            // Slack is asked for each of them before it is taken for deleted.
            for ts in missing {
                park(cx, &mut tx, &gap, fill_thread::job(&gap, &ts)).await?;
            }
        }
        let Some(next) = next else { return finish(cx, tx, &gap, &oldest).await };
        gaps::note_reached(&mut tx, &gap, &next).await?;
        cx.commit(tx).await?;
        latest = next;
    }
}

/// What a page shows from `from` on up to `until` and we do not know; returns what we know and it does not show.
async fn store(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    gap: &fill_gap::Payload,
    found: Vec<(Head, Map<String, Value>)>,
    from: &SlackTs,
    until: &SlackTs,
) -> Result<Vec<SlackTs>, Failure> {
    let known = gaps::known(tx, &gap.workspace, &gap.channel, from, until).await?;
    let mut known: HashMap<SlackTs, Known> =
        known.into_iter().map(|known| (known.ts.clone(), known)).collect();
    for (head, message) in found {
        let earlier = known.remove(&head.ts);
        if head.latest_reply.as_ref().is_some_and(|latest| latest.micros() >= gap.from) {
            park(cx, tx, gap, fill_thread::job(gap, &head.ts)).await?;
        }
        for job in news(cx, tx, gap, earlier, head, message).await? {
            park(cx, tx, gap, job).await?;
        }
    }
    Ok(known.into_values().filter(|known| known.is_shown).map(|known| known.ts).collect())
}

/// The events that this message asks for.
pub(super) async fn news(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    gap: &fill_gap::Payload,
    earlier: Option<Known>,
    head: Head,
    message: Map<String, Value>,
) -> Result<Vec<NewJob>, Failure> {
    let mut news = reactions(cx, tx, gap, earlier.as_ref(), &head).await?;
    if head.is_tombstone() {
        let is_news = earlier.is_some_and(|known| known.is_shown);
        let at = cx.services.clock.now().timestamp_micros();
        news.extend(is_news.then(|| found::changed(gap, at, &message)));
        return Ok(news);
    }
    // Copies are never copied. Those with files may tell where they stand, which is found by the files.
    if let Some(bot) = &head.bot_id
        && !head.has_files()
        && installations::is_bot_id(tx, &gap.workspace, bot).await?
    {
        return Ok(news);
    }
    let version = earlier.as_ref().map_or(0, |known| known.version);
    if let Some(at) = head.edited_at().filter(|at| *at >= gap.from && *at > version) {
        news.push(found::changed(gap, at, &message));
    }
    if earlier.is_none_or(|known| known.is_placeholder) {
        news.push(found::said(gap, &head.ts, message));
    }
    Ok(news)
}

/// What people react to a message, where that is not what is known. Of one that is neither known nor copied,
/// nobody wants to know.
async fn reactions(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    gap: &fill_gap::Payload,
    earlier: Option<&Known>,
    head: &Head,
) -> Result<Vec<NewJob>, Failure> {
    let (workspace, channel) = (&gap.workspace, &gap.channel);
    let is_known =
        earlier.is_some() || posts::at_place(tx, workspace, channel, &head.ts).await?.is_some();
    if !is_known && (head.bot_id.is_some() || !head.has_reactions()) {
        return Ok(Vec::new());
    }
    let noted = reactions::noted_at(tx, workspace, channel, &head.ts).await?;
    let at = cx.services.clock.now().timestamp_micros();
    let changed = head.changed_reactions(&noted);
    Ok(changed.iter().map(|changed| found::reacted(gap, at, &head.ts, changed)).collect())
}

async fn park(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    gap: &fill_gap::Payload,
    job: NewJob,
) -> Result<(), Failure> {
    let until = cx.services.queue.time().now() + millis(PARKED_FOR);
    Ok(cx.enqueue_parked(tx, &job, &fill_gap::wait_key(gap), until).await?)
}

/// The last page: all that was found may go on.
async fn finish(
    cx: &JobContext<'_>,
    mut tx: FencedTx,
    gap: &fill_gap::Payload,
    oldest: &SlackTs,
) -> Result<Done, Failure> {
    let (workspace, channel) = (&gap.workspace, &gap.channel);
    let since = SlackTs::at(gap.from.saturating_sub(ALIVE));
    let threads =
        gaps::live_threads(&mut tx, workspace, channel, oldest, &since, MOST_THREADS).await?;
    for root in threads {
        park(cx, &mut tx, gap, fill_thread::job(gap, &root)).await?;
    }
    let found = cx.unpark(&mut tx, &fill_gap::wait_key(gap)).await?;
    gaps::finish(&mut tx, gap, cx.services.clock.now()).await?;
    tracing::info!(team = %gap.team, %channel, found, "a gap is read again");
    cx.done(tx).await
}

/// What was found so far is not lost with the rest.
pub(crate) async fn on_death(cx: &JobContext<'_>, tx: &mut Tx) -> Result<(), DbError> {
    let Ok(gap) = fill_gap::payload(cx.job.payload()?) else { return Ok(()) };
    cx.services.queue.unpark(tx, &fill_gap::wait_key(&gap)).await.map(drop)
}

/// A history that may not be read is no reason to write nothing either: nobody but this job waits, and others
/// that ask for the same.
pub(super) fn refused(cx: &JobContext<'_>, error: &CallError, gap: &fill_gap::Payload) -> Failure {
    match error.outcome() {
        Outcome::HoldChannel | Outcome::HoldWorkspace => Failure::retry(error),
        _ => {
            let limited = Scope::method(&gap.team, error.method());
            refusal::failure_of_call(cx, error, &gap.team, limited)
        }
    }
}

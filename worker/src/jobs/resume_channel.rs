//! Brings what became of messages while a sync channel was paused, from there and to there. In bounded steps,
//! each a transaction; running twice it finds less to bring, or jobs that wait already.

use shared::failpoint;
use shared::ids::PostId;
use shared::jobs::{refresh_copy, refresh_reactions, resume_channel};
use shared::tables::missed::{self, Cursor};
use shared::tables::sync_channels::Way;

use crate::{Done, Failure, JobContext};

/// Jobs of one step: few enough that nobody waits for their lanes.
const STEP: i64 = 200;

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = resume_channel::payload(cx.job.payload()?)
        .map_err(|error| Failure::dead(error.to_string()))?;
    for way in missed::ways(&cx.services.db, &payload.channel).await? {
        copies(cx, &way, Cursor::since(payload.since)).await?;
        reactions(cx, &way, Cursor::since(payload.since)).await?;
    }
    cx.done(cx.begin().await?).await
}

async fn copies(cx: &JobContext<'_>, way: &Way, mut after: Cursor) -> Result<(), Failure> {
    loop {
        let mut tx = cx.begin().await?;
        let behind = missed::copies(&mut tx, way, &after, STEP).await?;
        let Some((last, _)) = behind.last() else { return Ok(()) };
        after = last.clone();
        let jobs = behind.iter().map(|(_, follower)| refresh_copy::job(follower));
        cx.enqueue(&mut tx, jobs.collect()).await?;
        cx.commit(tx).await?;
        failpoint!("resume.step");
    }
}

async fn reactions(cx: &JobContext<'_>, way: &Way, mut after: Cursor) -> Result<(), Failure> {
    loop {
        let mut tx = cx.begin().await?;
        let reacted = missed::reactions(&mut tx, way, &after, STEP).await?;
        let Some((last, _)) = reacted.last() else { return Ok(()) };
        after = last.clone();
        let job = |(_, post): &(Cursor, PostId)| refresh_reactions::job(post, &way.target);
        cx.enqueue(&mut tx, reacted.iter().map(job).collect()).await?;
        cx.commit(tx).await?;
    }
}

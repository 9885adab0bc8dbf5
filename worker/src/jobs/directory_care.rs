//! Has the directories read that were not for a day.

use chrono::TimeDelta;
use shared::jobs::read_directory;
use shared::tables::directories;

use crate::{Done, Failure, JobContext};

/// Slack tells of most of what changes; this finds the rest.
const EVERY: TimeDelta = TimeDelta::days(1);
/// Whoever was installed just now is being read.
const SETTLED: TimeDelta = TimeDelta::hours(1);

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    let now = cx.services.clock.now();
    let unread = directories::unread_since(&mut tx, now - SETTLED, now - EVERY).await?;
    let jobs = unread.iter().map(|(workspace, team)| read_directory::job(workspace, team));
    cx.enqueue(&mut tx, jobs.collect()).await?;
    cx.done(tx).await
}

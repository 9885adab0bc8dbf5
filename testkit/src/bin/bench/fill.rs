//! Many jobs at once, as ingress writes them.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures::{StreamExt as _, TryStreamExt as _};
use shared::queue::{Enqueued, NewJob, Queue, Writer};

use crate::progress::say;

/// Jobs that wait for their commit at the same time.
const AT_ONCE: usize = 512;
const SAY_EVERY: Duration = Duration::from_secs(5);

/// Writes `count` jobs; returns how many were new.
pub(crate) async fn fill(
    queue: &Queue,
    count: u64,
    job: impl Fn(u64) -> NewJob + Send + Sync,
) -> Result<u64> {
    let writer = Writer::start(queue.clone());
    let mut written = futures::stream::iter(0..count)
        .map(|number| {
            let (writer, job) = (&writer, job(number));
            async move { writer.write(job).await }
        })
        .buffer_unordered(AT_ONCE);
    let (mut new, mut said) = (0, Instant::now());
    while let Some(enqueued) = written.try_next().await? {
        new += u64::from(enqueued == Enqueued::New);
        if said.elapsed() > SAY_EVERY {
            say(&format!("{new} of {count} messages queued"));
            said = Instant::now();
        }
    }
    Ok(new)
}

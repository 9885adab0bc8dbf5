//! Removes for good what nobody needs any more. Each step is committed by itself, so a run that ends anywhere goes on
//! with the next.

use shared::jobs::retention_sweep::{self, Position};

use crate::retention::Sweep;
use crate::{Done, Failure, JobContext};

/// Steps of one run. What is left is another job, so that a backlog of years takes no run's time.
const MOST_STEPS: usize = 200;

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let services = cx.services;
    let position = retention_sweep::position(cx.job.payload()?);
    let mut position =
        position.map_err(|_| Failure::dead("where the sweep goes on cannot be read"))?;
    let sweep = Sweep::of(services);
    let mut removed = 0;
    for _ in 0..MOST_STEPS {
        let mut tx = cx.begin().await?;
        let step = sweep.step(&mut tx, &position).await?;
        if step.tells {
            cx.signal(&mut tx);
        }
        cx.commit(tx).await?;
        if let Some(gone) = &step.purged {
            tracing::info!(workspace.team_id = %gone.team_id, "a workspace was removed for good");
        }
        removed += step.removed;
        position = step.next;
        if position == Position::Through {
            break;
        }
    }
    if removed > 0 {
        tracing::info!(rows = removed, "what nobody needs any more was removed");
    }
    let mut tx = cx.begin().await?;
    if position != Position::Through {
        let now = services.queue.time().now();
        cx.enqueue(&mut tx, vec![retention_sweep::next(now, &position)]).await?;
    }
    cx.done(tx).await
}

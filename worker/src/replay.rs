//! Replays a dead job: it takes its old place in its lane again, and its own table is put right with it.

use shared::clock::Clock;
use shared::db::{DbError, retry_contention};
use shared::ids::JobId;
use shared::queue::{NotReplayed, Queue};
use shared::rng::Rng;
use shared::tables::audit::{self, Entry};

use crate::Registered;

/// Replays a dead job, with what its kind does on a replay and what is to be noted of it, in one transaction, and
/// tells the workers. Of several that replay it at once, one succeeds; to the others it is no longer dead.
pub async fn replay(
    queue: &Queue,
    registry: &[Registered],
    id: &JobId,
    noted: Option<&Entry<'_>>,
    clock: &Clock,
    rng: &Rng,
) -> Result<Result<(), NotReplayed>, DbError> {
    // Outside the transaction: what a hook needs of it does not change while the job is dead, and whether it
    // still is, `revive` asks again.
    let Some(job) = queue.job(id).await? else { return Ok(Err(NotReplayed::Unknown)) };
    let on_replay = registry.iter().find(|known| known.kind == job.kind).and_then(|k| k.on_replay);
    let (job, on_replay) = (&job, &on_replay);
    let replayed = retry_contention(clock, rng, || async move {
        let mut tx = queue.db().begin().await?;
        if let Err(reason) = queue.revive(&mut tx, id).await? {
            return Ok(Err(reason));
        }
        if let Some(on_replay) = on_replay {
            on_replay(queue, job, &mut tx).await?;
        }
        if let Some(entry) = noted {
            audit::note(&mut tx, entry, clock, rng).await?;
        }
        tx.commit().await?;
        Ok(Ok(()))
    });
    let replayed = replayed.await?;
    if replayed.is_ok() {
        queue.wakes().signal();
    }
    Ok(replayed)
}

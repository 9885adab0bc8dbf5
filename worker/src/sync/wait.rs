//! Waiting beside the lane for a copy that is not there yet.

use std::time::Duration;

use shared::ids::{CopyId, PostId};
use shared::jobs::deliver_copy;
use shared::tables::changes;

use crate::{Done, Failure, FencedTx, JobContext};

/// Longer than a copy can be tried and held: its end wakes what waits for it.
const FOR_COPY: Duration = Duration::from_hours(14 * 24);

/// Until the copy, which another lane makes, is there or will not be.
pub(crate) async fn for_copy(
    cx: &JobContext<'_>,
    post: &PostId,
    copy: &CopyId,
) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    if !changes::is_open(&mut tx, post, copy).await? {
        return Err(Failure::Again);
    }
    park(cx, tx, copy, "the copy is not there yet").await
}

/// As [`for_copy`], where nobody can end the copy until `tx` has ended.
pub(crate) async fn park(
    cx: &JobContext<'_>,
    tx: FencedTx,
    copy: &CopyId,
    reason: &str,
) -> Result<Done, Failure> {
    let until = cx.services.queue.time().after(FOR_COPY);
    cx.park(tx, &deliver_copy::wait_key(copy), until, reason).await
}

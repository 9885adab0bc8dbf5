//! What a person has to put right before anything goes to a channel or a workspace again. Holds come and go
//! with each try; a trouble lasts until something has gone through.

use crate::db::{DbError, Tx};
use crate::queue::Scope;
use crate::sql;

/// One that was not met for so long is over, in milliseconds: what is held is tried far more often.
const OVER_AFTER: i64 = 60 * 60 * 1_000;

/// The trouble is met, at `now` (queue time). Whether it is a new one.
pub async fn meet(tx: &mut Tx, scope: &Scope, now: i64) -> Result<bool, DbError> {
    let known = tx
        .query(sql!("UPDATE troubles SET seen_at = $2 WHERE scope = $1 AND seen_at > $3"))
        .bind(scope.as_str())
        .bind(now)
        .bind(now - OVER_AFTER)
        .execute()
        .await?;
    if known > 0 {
        return Ok(false);
    }
    forget(tx, scope).await?;
    tx.query(sql!(
        "INSERT INTO troubles (scope, seen_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        mysql: "INSERT INTO troubles (scope, seen_at) VALUES ($1, $2)"
    ))
    .bind(scope.as_str())
    .bind(now)
    .insert_new()
    .await
}

/// Something has gone through, at `now` (queue time). Whether there was a trouble until lately.
pub async fn end(tx: &mut Tx, scope: &Scope, now: i64) -> Result<bool, DbError> {
    let seen_at: Option<(i64,)> = tx
        .query(sql!("SELECT seen_at FROM troubles WHERE scope = $1"))
        .bind(scope.as_str())
        .fetch_optional()
        .await?;
    let Some((seen_at,)) = seen_at else { return Ok(false) };
    forget(tx, scope).await?;
    Ok(seen_at > now - OVER_AFTER)
}

async fn forget(tx: &mut Tx, scope: &Scope) -> Result<(), DbError> {
    tx.query(sql!("DELETE FROM troubles WHERE scope = $1"))
        .bind(scope.as_str())
        .execute()
        .await
        .map(drop)
}

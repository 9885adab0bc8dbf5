//! Logical channels that several workspaces share.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Tx};
use crate::ids::SyncId;
use crate::sql;

/// Stores a new sync. `title`: what people call it, such as its first channel's name.
pub async fn insert(
    tx: &mut Tx,
    id: &SyncId,
    title: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    tx.query(sql!("INSERT INTO syncs (id, title, created_at) VALUES ($1, $2, $3)"))
        .bind(id.clone())
        .bind(title.to_owned())
        .bind(now)
        .execute_one("syncs", id)
        .await
}

//! Logical channels that several workspaces share.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Tx};
use crate::ids::{ChannelId, SyncId, WorkspaceId};
use crate::sql;

/// Slack's own names are shorter.
const TITLE_MAX_CHARS: usize = 100;

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

/// A channel has another name: so have the syncs that are called by it, which it was the first of.
pub async fn follow_name(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    name: &str,
) -> Result<(), DbError> {
    let title: String = name.chars().filter(|c| !c.is_control()).take(TITLE_MAX_CHARS).collect();
    if title.trim().is_empty() {
        return Ok(());
    }
    tx.query(sql!(
        "UPDATE syncs SET title = $3
         WHERE id IN (SELECT named.sync_id FROM sync_channels AS named
                      WHERE named.workspace_id = $1 AND named.channel_id = $2 AND named.status <> 'deleted'
                        AND NOT EXISTS (SELECT 1 FROM sync_channels AS earlier
                                        WHERE earlier.sync_id = named.sync_id AND earlier.created_at < named.created_at))"
    ))
    .bind(workspace.clone())
    .bind(channel.clone())
    .bind(title)
    .execute()
    .await
    .map(drop)
}

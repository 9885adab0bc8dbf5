//! What happens to a Slack channel as such, wherever it takes part.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Tx};
use crate::ids::{ChannelId, WorkspaceId};
use crate::sql;

/// Whether the channel takes part in any sync, or did and may again.
pub async fn is_in_a_sync(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!(
            "SELECT EXISTS (SELECT 1 FROM sync_channels WHERE workspace_id = $1 AND channel_id = $2 AND status <> 'deleted')"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .fetch_one()
        .await?;
    Ok(found)
}

/// The channel no longer exists: it takes part in nothing any more. Returns in how many syncs it did.
pub async fn delete(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
) -> Result<u64, DbError> {
    tx.query(sql!(
        "UPDATE sync_channels SET status = 'deleted'
         WHERE workspace_id = $1 AND channel_id = $2 AND status <> 'deleted'"
    ))
    .bind(workspace.clone())
    .bind(channel.clone())
    .execute()
    .await
}

/// The id that a channel has now, whose old one this was; `None`: it is no channel's old one.
pub async fn moved_to(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    old: &ChannelId,
) -> Result<Option<ChannelId>, DbError> {
    let row: Option<(ChannelId,)> = tx
        .query(sql!(
            "SELECT new_channel_id FROM channel_moves WHERE workspace_id = $1 AND old_channel_id = $2"
        ))
        .bind(workspace.clone())
        .bind(old.clone())
        .fetch_optional()
        .await?;
    Ok(row.map(|(new,)| new))
}

/// The channel has another id from now on, as happens when it is shared with or taken from another
/// organisation (`docs.slack.dev/reference/events/channel_id_changed`).
pub async fn change_id(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    old: &ChannelId,
    new: &ChannelId,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO channel_moves (workspace_id, old_channel_id, new_channel_id, moved_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, old_channel_id) DO UPDATE SET new_channel_id = $3, moved_at = $4",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO channel_moves (workspace_id, old_channel_id, new_channel_id, moved_at) VALUES ($1, $2, $3, $4)
         ON DUPLICATE KEY UPDATE new_channel_id = $3, moved_at = $4"
    ))
    .bind(workspace.clone())
    .bind(old.clone())
    .bind(new.clone())
    .bind(now)
    .execute()
    .await?;
    for statement in [
        sql!(
            "UPDATE sync_channels SET channel_id = $3 WHERE workspace_id = $1 AND channel_id = $2"
        ),
        // Whoever still knows an id from before that finds the present one as well.
        sql!(
            "UPDATE channel_moves SET new_channel_id = $3 WHERE workspace_id = $1 AND new_channel_id = $2"
        ),
        sql!("UPDATE posts SET channel_id = $3 WHERE workspace_id = $1 AND channel_id = $2"),
        sql!("UPDATE copies SET channel_id = $3 WHERE workspace_id = $1 AND channel_id = $2"),
        sql!("UPDATE reactions SET channel_id = $3 WHERE workspace_id = $1 AND channel_id = $2"),
        sql!(
            "UPDATE shown_reactions SET channel_id = $3 WHERE workspace_id = $1 AND channel_id = $2"
        ),
        sql!(
            "UPDATE reaction_notices SET channel_id = $3 WHERE workspace_id = $1 AND channel_id = $2"
        ),
        sql!(
            "UPDATE reaction_notices SET from_channel_id = $3
             WHERE from_workspace_id = $1 AND from_channel_id = $2"
        ),
    ] {
        tx.query(statement)
            .bind(workspace.clone())
            .bind(old.clone())
            .bind(new.clone())
            .execute()
            .await?;
    }
    Ok(())
}

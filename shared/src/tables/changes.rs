//! What becomes of copies when their message is edited or deleted, or when somebody removes one.

use super::copies::Delivery;
use super::posts;
use super::sync_channels::Target;
use crate::db::{DbError, Tx};
use crate::ids::{ChannelId, CopyId, PostId, TeamId, WorkspaceId};
use crate::sql;

/// A copy that is there, or on its way, and where.
#[derive(Debug, Clone)]
pub struct Follower {
    /// The copy.
    pub copy: CopyId,
    /// Its place.
    pub target: Target,
}

/// The copies that have to follow when the message changes.
pub async fn followers(tx: &mut Tx, post: &PostId) -> Result<Vec<Follower>, DbError> {
    let rows: Vec<(CopyId, WorkspaceId, TeamId, ChannelId)> = tx
        .query(sql!(
            "SELECT copies.id, copies.workspace_id, workspaces.team_id, copies.channel_id
             FROM copies JOIN workspaces ON workspaces.id = copies.workspace_id
             WHERE copies.post_id = $1 AND copies.state IN ('pending', 'sending', 'sent') ORDER BY copies.id"
        ))
        .bind(post.clone())
        .fetch_all()
        .await?;
    let follower = |(copy, workspace_id, team_id, channel_id)| Follower {
        copy,
        target: Target { workspace_id, team_id, channel_id },
    };
    Ok(rows.into_iter().map(follower).collect())
}

/// Whether the copy is still to be made. Nobody ends a copy of its message until `tx` does.
pub async fn is_open(tx: &mut Tx, post: &PostId, copy: &CopyId) -> Result<bool, DbError> {
    posts::lock(tx, post).await?;
    let (open,) = tx
        .query(sql!(
            "SELECT EXISTS (SELECT 1 FROM copies WHERE id = $1 AND state IN ('pending', 'sending'))"
        ))
        .bind(copy.clone())
        .fetch_one()
        .await?;
    Ok(open)
}

/// The copy shows the message as the delivery has it.
pub async fn mark_shown(tx: &mut Tx, delivery: &Delivery) -> Result<(), DbError> {
    posts::lock(tx, &delivery.post_id).await?;
    tx.query(sql!("UPDATE copies SET version = $2 WHERE id = $1 AND version < $2"))
        .bind(delivery.id.clone())
        .bind(delivery.version)
        .execute()
        .await?;
    posts::clear_body_when_delivered(tx, &delivery.post_id).await
}

/// The copy is gone, or is not to be made any more. That may be known already: Slack tells of it as well.
pub async fn mark_deleted(tx: &mut Tx, copy: &CopyId, post: &PostId) -> Result<(), DbError> {
    posts::lock(tx, post).await?;
    tx.query(sql!("UPDATE copies SET state = 'deleted', call_deadline = NULL WHERE id = $1 AND state <> 'deleted'"))
        .bind(copy.clone())
        .execute()
        .await?;
    posts::clear_body_when_delivered(tx, post).await
}

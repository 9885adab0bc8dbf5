//! Where a message stands.

use super::{CopyState, parse_state};
use crate::db::{Db, DbError};
use crate::ids::{ChannelId, CopyId, PostId, SlackTs, WorkspaceId};
use crate::sql;

/// Where a message stands in one channel, as original or as copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is there, under this ts.
    At(SlackTs),
    /// This copy is on its way.
    Coming(CopyId),
    /// This copy could not be delivered.
    Dead(CopyId),
    /// It was deleted before it was copied.
    Deleted,
    /// It is not there, and no copy of it was ever to be made.
    Absent,
}

/// Where a message stands in a channel.
pub async fn standing(
    db: &Db,
    post: &PostId,
    workspace: &WorkspaceId,
    channel: &ChannelId,
) -> Result<Standing, DbError> {
    let row: Option<(CopyId, String, Option<SlackTs>)> = db
        .read(sql!(
            "SELECT id, 'sent', ts FROM posts WHERE id = $1 AND workspace_id = $2 AND channel_id = $3
             UNION ALL
             SELECT id, state, ts FROM copies WHERE post_id = $1 AND workspace_id = $2 AND channel_id = $3 AND part = 0"
        ))
        .bind(post.clone())
        .bind(workspace.clone())
        .bind(channel.clone())
        .fetch_optional()
        .await?;
    let Some((copy, state, ts)) = row else { return Ok(Standing::Absent) };
    let bad = || DbError::BadValue { table: "copies", column: "state", id: post.to_string() };
    Ok(match (parse_state(&state).ok_or_else(bad)?, ts) {
        // What was removed there may have left its thread behind.
        (CopyState::Sent | CopyState::Deleted, Some(ts)) => Standing::At(ts),
        (CopyState::Deleted, None) => Standing::Deleted,
        (CopyState::Pending | CopyState::Sending, _) => Standing::Coming(copy),
        (CopyState::Sent | CopyState::Dead, _) => Standing::Dead(copy),
    })
}

//! What became of messages since a pause began, and does not show yet where it should.

use super::changes::Follower;
use super::sync_channels::{Target, Way};
use crate::db::{Db, DbError, Tx};
use crate::ids::{ChannelId, CopyId, PostId, SyncChannelId, TeamId, WorkspaceId};
use crate::sql;

/// How far a look has come: in the order of time, then of ids.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// When it changed (microseconds since 1970).
    pub version: i64,
    /// What changed.
    pub id: String,
}

impl Cursor {
    /// Before whatever changed then.
    pub fn since(version: i64) -> Self {
        Self { version, id: String::new() }
    }
}

/// The ways from and to a sync channel.
pub async fn ways(db: &Db, channel: &SyncChannelId) -> Result<Vec<Way>, DbError> {
    let rows: Vec<(WorkspaceId, ChannelId, WorkspaceId, TeamId, ChannelId)> = db
        .read(sql!(
            "SELECT origin.workspace_id, origin.channel_id, target.workspace_id, workspaces.team_id, target.channel_id
             FROM sync_channels AS resumed
             JOIN sync_channels AS origin ON origin.sync_id = resumed.sync_id
             JOIN sync_channels AS target ON target.sync_id = resumed.sync_id AND target.channel_id <> origin.channel_id
             JOIN workspaces ON workspaces.id = target.workspace_id
             WHERE resumed.id = $1 AND (origin.id = resumed.id OR target.id = resumed.id)
               AND origin.publishes AND origin.status = 'active' AND target.subscribes AND target.status = 'active'
               AND workspaces.deleted_at IS NULL
             ORDER BY origin.id, target.id"
        ))
        .bind(channel.clone())
        .fetch_all()
        .await?;
    let way = |(workspace_id, channel_id, to, team_id, to_channel)| Way {
        workspace_id,
        channel_id,
        target: Target { workspace_id: to, team_id, channel_id: to_channel },
    };
    Ok(rows.into_iter().map(way).collect())
}

/// The next copies at the end of a way whose messages changed, and how far that is.
pub async fn copies(
    tx: &mut Tx,
    way: &Way,
    after: &Cursor,
    most: i64,
) -> Result<Vec<(Cursor, Follower)>, DbError> {
    let rows: Vec<(i64, CopyId)> = tx
        .query(sql!(
            "SELECT posts.version, copies.id FROM posts
             JOIN copies ON copies.post_id = posts.id AND copies.workspace_id = $3 AND copies.channel_id = $4
             WHERE posts.workspace_id = $1 AND posts.channel_id = $2 AND posts.version > 0
               AND posts.version >= $5 AND (posts.version > $5 OR copies.id > $6)
               AND copies.state IN ('pending', 'sending', 'sent') AND copies.version < posts.version
             ORDER BY posts.version, copies.id LIMIT $7"
        ))
        .bind(way.workspace_id.clone())
        .bind(way.channel_id.clone())
        .bind(way.target.workspace_id.clone())
        .bind(way.target.channel_id.clone())
        .bind(after.version)
        .bind(after.id.clone())
        .bind(most)
        .fetch_all()
        .await?;
    let follower = |(version, copy): (i64, CopyId)| {
        let cursor = Cursor { version, id: copy.to_string() };
        (cursor, Follower { copy, target: way.target.clone() })
    };
    Ok(rows.into_iter().map(follower).collect())
}

/// The next messages at the end of a way to which somebody at its beginning reacted, or no longer does.
pub async fn reactions(
    tx: &mut Tx,
    way: &Way,
    after: &Cursor,
    most: i64,
) -> Result<Vec<(Cursor, PostId)>, DbError> {
    let rows: Vec<(i64, PostId)> = tx
        .query(sql!(
            "SELECT DISTINCT reactions.version, reactions.post_id FROM reactions
             WHERE reactions.workspace_id = $1 AND reactions.channel_id = $2
               AND reactions.version >= $5 AND (reactions.version > $5 OR reactions.post_id > $6)
               AND (EXISTS (SELECT 1 FROM posts WHERE posts.id = reactions.post_id
                            AND posts.workspace_id = $3 AND posts.channel_id = $4)
                 OR EXISTS (SELECT 1 FROM copies WHERE copies.post_id = reactions.post_id
                            AND copies.workspace_id = $3 AND copies.channel_id = $4))
             ORDER BY reactions.version, reactions.post_id LIMIT $7"
        ))
        .bind(way.workspace_id.clone())
        .bind(way.channel_id.clone())
        .bind(way.target.workspace_id.clone())
        .bind(way.target.channel_id.clone())
        .bind(after.version)
        .bind(after.id.clone())
        .bind(most)
        .fetch_all()
        .await?;
    let reacted = |(version, post): (i64, PostId)| (Cursor { version, id: post.to_string() }, post);
    Ok(rows.into_iter().map(reacted).collect())
}

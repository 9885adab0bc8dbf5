//! Which Slack channels take part in which sync, and in which direction.

use chrono::{DateTime, Utc};

use crate::db::{Db, DbError, Tx};
use crate::ids::{ChannelId, SyncChannelId, SyncId, TeamId, WorkspaceId};
use crate::sql;

/// A workspace's channel in a sync, to be stored.
#[derive(Debug, Clone)]
pub struct SyncChannel {
    /// Its id.
    pub id: SyncChannelId,
    /// The sync.
    pub sync_id: SyncId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The channel in that workspace.
    pub channel_id: ChannelId,
    /// Messages go from here to the others.
    pub publishes: bool,
    /// Messages of the others come here.
    pub subscribes: bool,
}

/// A channel that gets a copy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct Target {
    /// The workspace that gets it.
    pub workspace_id: WorkspaceId,
    /// That workspace's Slack id.
    pub team_id: TeamId,
    /// The channel that gets it.
    pub channel_id: ChannelId,
}

/// Stores a channel that takes part from now on.
pub async fn insert(tx: &mut Tx, channel: &SyncChannel, now: DateTime<Utc>) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO sync_channels (id, sync_id, workspace_id, channel_id, publishes, subscribes, status, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'active', $7)"
    ))
    .bind(channel.id.clone())
    .bind(channel.sync_id.clone())
    .bind(channel.workspace_id.clone())
    .bind(channel.channel_id.clone())
    .bind(channel.publishes)
    .bind(channel.subscribes)
    .bind(now)
    .execute_one("sync_channels", &channel.id)
    .await
}

/// Since when a channel has been publishing, by the earliest of its syncs; `None`: it does not.
pub async fn publishes_since(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let (since,) = tx
        .query(sql!(
            "SELECT MIN(created_at) FROM sync_channels
             WHERE workspace_id = $1 AND channel_id = $2 AND publishes AND status = 'active'"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .fetch_one()
        .await?;
    Ok(since)
}

/// The channel of another workspace that is in step with this one.
pub async fn twin(
    db: &Db,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    other: &WorkspaceId,
) -> Result<Option<ChannelId>, DbError> {
    let twin: Option<(ChannelId,)> = db
        .read(sql!(
            "SELECT twin.channel_id FROM sync_channels AS this
             JOIN sync_channels AS twin ON twin.sync_id = this.sync_id AND twin.workspace_id = $3
             WHERE this.workspace_id = $1 AND this.channel_id = $2 AND this.status = 'active' AND twin.status = 'active'
               AND NOT (twin.workspace_id = $1 AND twin.channel_id = $2)
             ORDER BY twin.channel_id"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .bind(other.clone())
        .fetch_optional()
        .await?;
    Ok(twin.map(|(channel,)| channel))
}

/// The channels that get what is said in this one: subscribers of every sync that it publishes to, each
/// once, never itself, in a fixed order.
pub async fn targets(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
) -> Result<Vec<Target>, DbError> {
    tx.query(sql!(
        "SELECT DISTINCT target.workspace_id, workspaces.team_id, target.channel_id
         FROM sync_channels AS origin
         JOIN sync_channels AS target ON target.sync_id = origin.sync_id
         JOIN workspaces ON workspaces.id = target.workspace_id
         WHERE origin.workspace_id = $1 AND origin.channel_id = $2
           AND origin.publishes AND origin.status = 'active'
           AND target.subscribes AND target.status = 'active'
           AND NOT (target.workspace_id = $1 AND target.channel_id = $2)
           AND workspaces.deleted_at IS NULL
         ORDER BY workspaces.team_id, target.channel_id"
    ))
    .bind(workspace.clone())
    .bind(channel.clone())
    .fetch_all()
    .await
}

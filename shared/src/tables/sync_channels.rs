//! Which Slack channels take part in which sync, and in which direction.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::db::{Db, DbError, Tx};
use crate::ids::{ChannelId, SyncChannelId, SyncId, TeamId, WorkspaceId};
use crate::sql;
use crate::tables::workspaces::Workspace;

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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow, Serialize, Deserialize)]
pub struct Target {
    /// The workspace that gets it.
    pub workspace_id: WorkspaceId,
    /// That workspace's Slack id.
    pub team_id: TeamId,
    /// The channel that gets it.
    pub channel_id: ChannelId,
}

/// A way from one channel to another.
#[derive(Debug, Clone)]
pub struct Way {
    /// The workspace that it begins in.
    pub workspace_id: WorkspaceId,
    /// The channel that it begins in.
    pub channel_id: ChannelId,
    /// Where it leads.
    pub target: Target,
}

/// A channel that cannot take part.
#[derive(Debug, thiserror::Error)]
pub enum NotInserted {
    /// Slack Connect shows one channel to several workspaces: copies in it would be copied again.
    #[error(
        "channel {channel} takes part already, as a channel of the workspace {team}: Slack Connect shows it to both, \
         so what is said in it would come back to it; sync it from one of them"
    )]
    IsShared {
        /// The channel.
        channel: ChannelId,
        /// The workspace through which it takes part.
        team: TeamId,
    },
    /// The database did not store it.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Stores a channel that takes part from now on.
pub async fn insert(
    tx: &mut Tx,
    channel: &SyncChannel,
    now: DateTime<Utc>,
) -> Result<(), NotInserted> {
    let shared: Option<(TeamId,)> = tx
        .query(sql!(
            "SELECT workspaces.team_id FROM sync_channels
             JOIN workspaces ON workspaces.id = sync_channels.workspace_id
             WHERE sync_channels.channel_id = $1 AND sync_channels.workspace_id <> $2 AND sync_channels.status = 'active'
             ORDER BY workspaces.team_id LIMIT 1"
        ))
        .bind(channel.channel_id.clone())
        .bind(channel.workspace_id.clone())
        .fetch_optional()
        .await?;
    if let Some((team,)) = shared {
        return Err(NotInserted::IsShared { channel: channel.channel_id.clone(), team });
    }
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
    .await?;
    Ok(())
}

/// How a channel takes part, in each of its syncs.
pub async fn of_channel(
    tx: &mut Tx,
    team: &TeamId,
    channel: &ChannelId,
) -> Result<Vec<SyncChannelId>, DbError> {
    let rows: Vec<(SyncChannelId,)> = tx
        .query(sql!(
            "SELECT sync_channels.id FROM workspaces
             JOIN sync_channels ON sync_channels.workspace_id = workspaces.id AND sync_channels.channel_id = $2
             WHERE workspaces.team_id = $1 AND sync_channels.status = 'active' ORDER BY sync_channels.id"
        ))
        .bind(team.clone())
        .bind(channel.clone())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The other workspaces that share a sync with this one.
pub async fn partners(tx: &mut Tx, workspace: &WorkspaceId) -> Result<Vec<Workspace>, DbError> {
    tx.query(sql!(
        "SELECT DISTINCT workspaces.id, workspaces.team_id, workspaces.name FROM sync_channels AS own
         JOIN sync_channels AS others ON others.sync_id = own.sync_id AND others.workspace_id <> own.workspace_id
         JOIN workspaces ON workspaces.id = others.workspace_id
         WHERE own.workspace_id = $1 AND own.status = 'active' AND others.status = 'active'
           AND workspaces.deleted_at IS NULL
         ORDER BY workspaces.team_id"
    ))
    .bind(workspace.clone())
    .fetch_all()
    .await
}

/// Every sync channel of a workspace.
pub async fn of_workspace(
    tx: &mut Tx,
    workspace: &WorkspaceId,
) -> Result<Vec<SyncChannelId>, DbError> {
    let rows: Vec<(SyncChannelId,)> = tx
        .query(sql!(
            "SELECT id FROM sync_channels WHERE workspace_id = $1 AND status = 'active' ORDER BY id"
        ))
        .bind(workspace.clone())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The other channels of the syncs that a workspace takes part in: those of workspaces that are installed.
pub async fn siblings(tx: &mut Tx, workspace: &WorkspaceId) -> Result<Vec<Target>, DbError> {
    tx.query(sql!(
        "SELECT DISTINCT others.workspace_id, workspaces.team_id, others.channel_id FROM sync_channels AS own
         JOIN sync_channels AS others ON others.sync_id = own.sync_id AND others.workspace_id <> own.workspace_id
         JOIN workspaces ON workspaces.id = others.workspace_id
         WHERE own.workspace_id = $1 AND own.status = 'active' AND others.status = 'active'
           AND workspaces.deleted_at IS NULL
         ORDER BY workspaces.team_id, others.channel_id"
    ))
    .bind(workspace.clone())
    .fetch_all()
    .await
}

/// The other channels of the syncs that a channel takes part in: those of workspaces that are installed.
pub async fn siblings_of(tx: &mut Tx, channel: &Target) -> Result<Vec<Target>, DbError> {
    tx.query(sql!(
        "SELECT DISTINCT others.workspace_id, workspaces.team_id, others.channel_id FROM sync_channels AS own
         JOIN sync_channels AS others ON others.sync_id = own.sync_id AND others.id <> own.id
         JOIN workspaces ON workspaces.id = others.workspace_id
         WHERE own.workspace_id = $1 AND own.channel_id = $2 AND own.status = 'active' AND others.status = 'active'
           AND workspaces.deleted_at IS NULL
         ORDER BY workspaces.team_id, others.channel_id"
    ))
    .bind(channel.workspace_id.clone())
    .bind(channel.channel_id.clone())
    .fetch_all()
    .await
}

/// A sync channel, as operators see it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    /// What people call its sync.
    pub title: String,
    /// Its workspace's name.
    pub workspace_name: String,
    /// That workspace's Slack id.
    pub team_id: TeamId,
    /// The channel.
    pub channel_id: ChannelId,
    /// Messages go from here to the others.
    pub publishes: bool,
    /// Messages of the others come here.
    pub subscribes: bool,
    /// How it shows what people at the others react.
    pub reaction_style: String,
    /// Since when it is paused (microseconds since 1970), if it is.
    pub paused_since: Option<i64>,
    /// Since when its workspace does without the app, if it does.
    pub uninstalled_since: Option<DateTime<Utc>>,
}

/// Every channel that takes part in a sync.
pub async fn list(db: &Db) -> Result<Vec<Listed>, DbError> {
    db.read(sql!(
        "SELECT syncs.title, workspaces.name AS workspace_name, workspaces.team_id, sync_channels.channel_id,
                sync_channels.publishes, sync_channels.subscribes, sync_channels.reaction_style,
                pauses.from_micros AS paused_since, workspaces.deleted_at AS uninstalled_since
         FROM sync_channels JOIN syncs ON syncs.id = sync_channels.sync_id
         JOIN workspaces ON workspaces.id = sync_channels.workspace_id
         LEFT JOIN pauses ON pauses.sync_channel_id = sync_channels.id AND pauses.until_micros IS NULL
         WHERE sync_channels.status = 'active'
         ORDER BY syncs.id, workspaces.team_id, sync_channels.channel_id"
    ))
    .fetch_all()
    .await
}

/// A channel of a workspace that is in step with one of another.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Pair {
    /// The workspace's own.
    pub channel_id: ChannelId,
    /// The other's name.
    pub workspace_name: String,
    /// The workspace's own is paused.
    pub is_paused: bool,
    /// The other is, or its workspace does without the app.
    pub other_is_paused: bool,
}

/// With whom the channels of a workspace are in step.
pub async fn pairs(db: &Db, workspace: &WorkspaceId) -> Result<Vec<Pair>, DbError> {
    db.read(sql!(
        "SELECT own.channel_id, workspaces.name AS workspace_name,
                EXISTS (SELECT 1 FROM pauses WHERE pauses.sync_channel_id = own.id
                        AND pauses.until_micros IS NULL) AS is_paused,
                EXISTS (SELECT 1 FROM pauses WHERE pauses.sync_channel_id = others.id
                        AND pauses.until_micros IS NULL) AS other_is_paused
         FROM sync_channels AS own
         JOIN sync_channels AS others ON others.sync_id = own.sync_id AND others.id <> own.id
         JOIN workspaces ON workspaces.id = others.workspace_id
         WHERE own.workspace_id = $1 AND own.status = 'active' AND others.status = 'active'
         ORDER BY own.channel_id, workspaces.team_id, others.channel_id"
    ))
    .bind(workspace.clone())
    .fetch_all()
    .await
}

/// The channels of a workspace that publish to any sync, each once.
pub async fn publishing(tx: &mut Tx, workspace: &WorkspaceId) -> Result<Vec<ChannelId>, DbError> {
    let rows: Vec<(ChannelId,)> = tx
        .query(sql!(
            "SELECT DISTINCT channel_id FROM sync_channels
             WHERE workspace_id = $1 AND publishes AND status = 'active' ORDER BY channel_id"
        ))
        .bind(workspace.clone())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(channel,)| channel).collect())
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

/// Who gets what is said in a channel at some time, and what becomes of it. Never the channel itself, even
/// where Slack Connect shows it to several workspaces: that would be a loop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    /// Some sync leads from here to another channel, paused or not.
    pub lead_anywhere: bool,
    /// They get what is said: subscribers of every sync that the channel publishes to and that was not paused
    /// then, each once, in a fixed order.
    pub targets: Vec<Target>,
    /// They show what becomes of messages: the targets, and those whose pause is over.
    pub followers: Vec<Target>,
    /// Sync channels that are paused since, at either end.
    pub paused: Vec<SyncChannelId>,
}

/// Who gets what is said in this channel at that time (microseconds since 1970). A workspace that has uninstalled
/// the app since is one of them: its pause began later, and what is on its way waits for it to come back.
pub async fn routes(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    at: i64,
) -> Result<Routes, DbError> {
    type Row = (WorkspaceId, TeamId, ChannelId, SyncId, Option<SyncChannelId>, Option<i64>);
    let rows: Vec<Row> = tx
        .query(sql!(
            "SELECT target.workspace_id, workspaces.team_id, target.channel_id, target.sync_id,
                    pauses.sync_channel_id AS paused, pauses.until_micros
             FROM sync_channels AS origin
             JOIN sync_channels AS target ON target.sync_id = origin.sync_id
             JOIN workspaces ON workspaces.id = target.workspace_id
             LEFT JOIN pauses ON pauses.sync_channel_id IN (origin.id, target.id)
                   AND pauses.from_micros <= $3 AND (pauses.until_micros IS NULL OR pauses.until_micros > $3)
             WHERE origin.workspace_id = $1 AND origin.channel_id = $2
               AND origin.publishes AND origin.status = 'active'
               AND target.subscribes AND target.status = 'active' AND target.channel_id <> $2
             ORDER BY workspaces.team_id, target.channel_id, target.sync_id"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .bind(at)
        .fetch_all()
        .await?;
    let mut routes = Routes { lead_anywhere: !rows.is_empty(), ..Routes::default() };
    // One way is all rows of one sync to one target: a row for each pause that lies on it, or one without.
    for way in rows.chunk_by(|a, b| (&a.0, &a.2, &a.3) == (&b.0, &b.2, &b.3)) {
        let (workspace_id, team_id, channel_id, ..) = way[0].clone();
        let target = Target { workspace_id, team_id, channel_id };
        let open = way.iter().filter(|row| row.5.is_none()).filter_map(|row| row.4.clone());
        let before = routes.paused.len();
        routes.paused.extend(open);
        if routes.paused.len() == before && routes.followers.last() != Some(&target) {
            routes.followers.push(target.clone());
        }
        if way[0].4.is_none() && routes.targets.last() != Some(&target) {
            routes.targets.push(target);
        }
    }
    routes.paused.sort();
    routes.paused.dedup();
    Ok(routes)
}

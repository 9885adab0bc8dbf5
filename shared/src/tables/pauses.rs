//! When a sync channel was paused, as intervals of event time. What is said in one is never copied, however
//! late it is routed; what becomes of messages in one is noted, and shows once the pause is over.
//!
//! Whoever routes past a pause, and whoever ends it, lock the sync channel: a change is either noted before
//! the resume looks for what was missed, or routed as the resume has left it.

use super::sync_channels::Way;
use crate::clock::Clock;
use crate::db::{Db, DbError, Tx};
use crate::ids::{ChannelId, SyncChannelId, TeamId, WorkspaceId};
use crate::jobs::resume_channel;
use crate::queue::Queue;
use crate::sql;

/// Why a sync channel is paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Somebody decided it.
    Admin,
    /// Its workspace let us in no longer.
    Uninstalled,
    /// It is private, and the bot is not in it since its workspace installed the app again.
    Left,
}

impl Cause {
    fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Uninstalled => "uninstalled",
            Self::Left => "left",
        }
    }
}

/// Nothing that is said from now on goes from or to the sync channel. `false`: it is paused already, and stays so
/// for the cause that it has.
pub async fn pause(
    tx: &mut Tx,
    channel: &SyncChannelId,
    cause: Cause,
    clock: &Clock,
) -> Result<bool, DbError> {
    lock(tx, channel).await?;
    if open_since(tx, channel).await?.is_some() {
        return Ok(false);
    }
    let (last,): (Option<i64>,) = tx
        .query(sql!("SELECT MAX(until_micros) FROM pauses WHERE sync_channel_id = $1"))
        .bind(channel.clone())
        .fetch_one()
        .await?;
    // Clocks of two machines may differ; intervals do not overlap.
    let from = clock.now().timestamp_micros().max(last.unwrap_or(i64::MIN));
    tx.query(sql!(
        "INSERT INTO pauses (sync_channel_id, from_micros, until_micros, cause) VALUES ($1, $2, NULL, $3)"
    ))
    .bind(channel.clone())
    .bind(from)
    .bind(cause.as_str())
    .execute_one("pauses", channel)
    .await?;
    Ok(true)
}

/// What is said from now on goes from and to the sync channel again, and a job brings what became of older
/// messages meanwhile. `false`: it is not paused.
pub async fn resume(
    tx: &mut Tx,
    queue: &Queue,
    channel: &SyncChannelId,
    clock: &Clock,
) -> Result<bool, DbError> {
    let team = lock(tx, channel).await?;
    let Some(since) = open_since(tx, channel).await? else { return Ok(false) };
    // Read under the lock: whatever was routed past the pause so far was said before this.
    let until = clock.now().timestamp_micros().max(since + 1);
    tx.query(sql!(
        "UPDATE pauses SET until_micros = $2 WHERE sync_channel_id = $1 AND until_micros IS NULL"
    ))
    .bind(channel.clone())
    .bind(until)
    .execute_one("pauses", channel)
    .await?;
    queue.enqueue(tx, vec![resume_channel::job(&team, channel, since)]).await?;
    Ok(true)
}

/// The channels of a workspace that are paused for one cause, each with the Slack channel that it is.
pub async fn paused_for(
    db: &Db,
    workspace: &WorkspaceId,
    cause: Cause,
) -> Result<Vec<(SyncChannelId, ChannelId)>, DbError> {
    db.read(sql!(
        "SELECT sync_channels.id, sync_channels.channel_id FROM sync_channels
         JOIN pauses ON pauses.sync_channel_id = sync_channels.id
         WHERE sync_channels.workspace_id = $1 AND sync_channels.status = 'active'
           AND pauses.until_micros IS NULL AND pauses.cause = $2
         ORDER BY sync_channels.id"
    ))
    .bind(workspace.clone())
    .bind(cause.as_str())
    .fetch_all()
    .await
}

/// A channel that is paused stays so for another cause. `false`: it is not paused for the first.
pub async fn change_cause(
    tx: &mut Tx,
    channel: &SyncChannelId,
    from: Cause,
    to: Cause,
) -> Result<bool, DbError> {
    let changed = tx
        .query(sql!(
            "UPDATE pauses SET cause = $3 WHERE sync_channel_id = $1 AND until_micros IS NULL AND cause = $2"
        ))
        .bind(channel.clone())
        .bind(from.as_str())
        .bind(to.as_str())
        .execute()
        .await?;
    Ok(changed > 0)
}

/// Whether all of them are still paused, of which an earlier look said so. Then they stay so until `tx` ends.
pub async fn stay_open(tx: &mut Tx, channels: &[SyncChannelId]) -> Result<bool, DbError> {
    for channel in channels {
        tx.query(sql!(
            "SELECT id FROM sync_channels WHERE id = $1 FOR SHARE",
            // MariaDB has no FOR SHARE.
            mysql: "SELECT id FROM sync_channels WHERE id = $1 LOCK IN SHARE MODE",
            // SQLite has one writer at a time: the transaction is the lock.
            sqlite: "SELECT id FROM sync_channels WHERE id = $1"
        ))
        .bind(channel.clone())
        .fetch_one::<(SyncChannelId,)>()
        .await?;
        if open_since(tx, channel).await?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether what became of a message at that time (microseconds since 1970) at one end of a way is to be seen
/// at the other: a sync leads there, and no pause that began before it is still open.
pub async fn let_pass(db: &Db, way: &Way, at: i64) -> Result<bool, DbError> {
    let (passed,) = db
        .read(sql!(
            "SELECT EXISTS (
                 SELECT 1 FROM sync_channels AS origin JOIN sync_channels AS target ON target.sync_id = origin.sync_id
                 WHERE origin.workspace_id = $1 AND origin.channel_id = $2 AND origin.publishes AND origin.status = 'active'
                   AND target.workspace_id = $3 AND target.channel_id = $4 AND target.subscribes AND target.status = 'active'
                   AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.sync_channel_id IN (origin.id, target.id)
                                   AND pauses.until_micros IS NULL AND pauses.from_micros <= $5))"
        ))
        .bind(way.workspace_id.clone())
        .bind(way.channel_id.clone())
        .bind(way.target.workspace_id.clone())
        .bind(way.target.channel_id.clone())
        .bind(at)
        .fetch_one()
        .await?;
    Ok(passed)
}

/// Nobody else pauses or resumes the sync channel, nor routes past its pause, until the transaction ends.
/// Returns its workspace's Slack id.
async fn lock(tx: &mut Tx, channel: &SyncChannelId) -> Result<TeamId, DbError> {
    tx.query(sql!(
        "SELECT id FROM sync_channels WHERE id = $1 FOR UPDATE",
        // SQLite has one writer at a time: the transaction is the lock.
        sqlite: "SELECT id FROM sync_channels WHERE id = $1"
    ))
    .bind(channel.clone())
    .fetch_one::<(SyncChannelId,)>()
    .await?;
    let (team,) = tx
        .query(sql!(
            "SELECT workspaces.team_id FROM sync_channels JOIN workspaces ON workspaces.id = sync_channels.workspace_id
             WHERE sync_channels.id = $1"
        ))
        .bind(channel.clone())
        .fetch_one()
        .await?;
    Ok(team)
}

/// Since when it is paused, if it is.
async fn open_since(tx: &mut Tx, channel: &SyncChannelId) -> Result<Option<i64>, DbError> {
    let open: Option<(i64,)> = tx
        .query(sql!(
            "SELECT from_micros FROM pauses WHERE sync_channel_id = $1 AND until_micros IS NULL"
        ))
        .bind(channel.clone())
        .fetch_optional()
        .await?;
    Ok(open.map(|(from,)| from))
}

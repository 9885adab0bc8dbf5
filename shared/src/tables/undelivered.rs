//! Copies that were given up, for the daily digest.

use crate::db::{DbError, Tx};
use crate::ids::{ChannelId, CopyId, TeamId, WorkspaceId};
use crate::sql;

/// Longer reasons are cut.
const REASON_MAX_CHARS: usize = 500;

/// A copy is given up, or what it was to become, for this reason.
pub async fn note(tx: &mut Tx, copy: &CopyId, reason: &str) -> Result<(), DbError> {
    forget(tx, copy).await?;
    tx.query(sql!("INSERT INTO undelivered (copy_id, reason) VALUES ($1, $2)"))
        .bind(copy.clone())
        .bind(reason.chars().take(REASON_MAX_CHARS).collect::<String>())
        .execute_one("undelivered", copy)
        .await
}

/// The copy is to be made after all.
pub async fn forget(tx: &mut Tx, copy: &CopyId) -> Result<(), DbError> {
    tx.query(sql!("DELETE FROM undelivered WHERE copy_id = $1"))
        .bind(copy.clone())
        .execute()
        .await
        .map(drop)
}

/// What was given up so far is told of by this digest; what is given up meanwhile, by the next.
pub async fn take(tx: &mut Tx, digest: i64) -> Result<u64, DbError> {
    tx.query(sql!("UPDATE undelivered SET digest = $1 WHERE digest IS NULL"))
        .bind(digest)
        .execute()
        .await
}

/// The digest has told of it.
pub async fn forget_taken(tx: &mut Tx, digest: i64) -> Result<(), DbError> {
    tx.query(sql!("DELETE FROM undelivered WHERE digest = $1"))
        .bind(digest)
        .execute()
        .await
        .map(drop)
}

/// Copies on one way that were given up for one reason.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Undelivered {
    /// The workspace in which it was said.
    pub source_id: WorkspaceId,
    /// Its Slack id.
    pub source_team: TeamId,
    /// Its name.
    pub source_name: String,
    /// The channel in which it was said.
    pub source_channel: ChannelId,
    /// The workspace that does not get it.
    pub target_id: WorkspaceId,
    /// Its Slack id.
    pub target_team: TeamId,
    /// Its name.
    pub target_name: String,
    /// The channel that does not get it.
    pub target_channel: ChannelId,
    /// Why.
    pub reason: String,
    /// How many messages.
    pub messages: i64,
}

/// What a digest has to tell of, most of it first: not what was deleted before it was copied, but what was not
/// deleted elsewhere.
pub async fn taken(tx: &mut Tx, digest: i64) -> Result<Vec<Undelivered>, DbError> {
    tx.query(sql!(
        "SELECT source.id AS source_id, source.team_id AS source_team, source.name AS source_name,
                posts.channel_id AS source_channel, target.id AS target_id, target.team_id AS target_team,
                target.name AS target_name, copies.channel_id AS target_channel, undelivered.reason,
                COUNT(DISTINCT posts.id) AS messages
         FROM undelivered JOIN copies ON copies.id = undelivered.copy_id JOIN posts ON posts.id = copies.post_id
         JOIN workspaces AS source ON source.id = posts.workspace_id
         JOIN workspaces AS target ON target.id = copies.workspace_id
         WHERE undelivered.digest = $1 AND (posts.deleted_at IS NULL OR copies.state = 'sent')
         GROUP BY source.id, source.team_id, source.name, posts.channel_id, target.id, target.team_id, target.name,
                  copies.channel_id, undelivered.reason
         ORDER BY messages DESC, source_team, source_channel, target_team, target_channel, undelivered.reason"
    ))
    .bind(digest)
    .fetch_all()
    .await
}

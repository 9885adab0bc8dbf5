//! Lines in threads that say who reacted, where a channel shows reactions so. Each is a message of its own, by
//! the person who reacted, with one copy.

use crate::db::{Db, DbError, Tx};
use crate::ids::{ChannelId, PostId, UserId, WorkspaceId};
use crate::sql;
use crate::tables::sync_channels::Target;

/// What somebody reacted at one place, as another is told.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Told {
    /// The workspace of whoever reacted.
    pub workspace_id: WorkspaceId,
    /// The channel in which they did.
    pub channel_id: ChannelId,
    /// Who.
    pub user_id: UserId,
    /// The emoji's name, with its skin tone.
    pub emoji: String,
    /// Since when (microseconds since 1970).
    pub version: i64,
}

/// What a place has to be told of and was not, the earliest first. An emoji that it shows itself, from when
/// its style was another, needs no line; nor does a message that is gone.
pub async fn missing(db: &Db, post: &PostId, place: &Target) -> Result<Vec<Told>, DbError> {
    db.read(sql!(
        "SELECT wanted.workspace_id, wanted.channel_id, wanted.user_id, wanted.emoji, wanted.version
         FROM reactions AS wanted JOIN posts ON posts.id = wanted.post_id
         WHERE wanted.post_id = $1 AND wanted.is_present AND NOT (wanted.workspace_id = $2 AND wanted.channel_id = $3)
           AND posts.deleted_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM copies WHERE copies.post_id = $1 AND copies.workspace_id = $2
                           AND copies.channel_id = $3 AND copies.part = 0 AND copies.state = 'deleted')
           AND EXISTS (SELECT 1 FROM sync_channels AS origin JOIN sync_channels AS target ON target.sync_id = origin.sync_id
                       WHERE origin.workspace_id = wanted.workspace_id AND origin.channel_id = wanted.channel_id
                         AND origin.publishes AND origin.status = 'active'
                         AND target.workspace_id = $2 AND target.channel_id = $3
                         AND target.subscribes AND target.status = 'active' AND target.reaction_style = 'attributed'
                         AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.sync_channel_id IN (origin.id, target.id)
                                         AND pauses.until_micros IS NULL AND pauses.from_micros <= wanted.version))
           AND NOT EXISTS (SELECT 1 FROM shown_reactions AS shown
                           WHERE shown.post_id = $1 AND shown.workspace_id = $2 AND shown.channel_id = $3
                             AND shown.emoji = wanted.emoji AND NOT shown.is_refused)
           AND NOT EXISTS (SELECT 1 FROM reaction_notices AS told
                           WHERE told.post_id = $1 AND told.workspace_id = $2 AND told.channel_id = $3
                             AND told.from_workspace_id = wanted.workspace_id AND told.from_channel_id = wanted.channel_id
                             AND told.user_id = wanted.user_id AND told.emoji = wanted.emoji)
         ORDER BY wanted.version, wanted.user_id, wanted.emoji"
    ))
    .bind(post.clone())
    .bind(place.workspace_id.clone())
    .bind(place.channel_id.clone())
    .fetch_all()
    .await
}

/// The lines at a place that are no longer true, and since when: what they tell of was taken back, or its
/// message is gone. What was taken back where no sync leads from any more, or during a pause, stays.
pub async fn outdated(
    db: &Db,
    post: &PostId,
    place: &Target,
) -> Result<Vec<(PostId, i64)>, DbError> {
    db.read(sql!(
        "SELECT told.notice_id, reacted.version FROM reaction_notices AS told
         JOIN posts ON posts.id = told.post_id
         JOIN reactions AS reacted ON reacted.post_id = told.post_id AND reacted.workspace_id = told.from_workspace_id
              AND reacted.channel_id = told.from_channel_id AND reacted.user_id = told.user_id
              AND reacted.emoji = told.emoji
         WHERE told.post_id = $1 AND told.workspace_id = $2 AND told.channel_id = $3
           AND (posts.deleted_at IS NOT NULL
             OR NOT reacted.is_present
                AND EXISTS (SELECT 1 FROM sync_channels AS origin
                            JOIN sync_channels AS target ON target.sync_id = origin.sync_id
                            WHERE origin.workspace_id = told.from_workspace_id
                              AND origin.channel_id = told.from_channel_id
                              AND origin.publishes AND origin.status = 'active'
                              AND target.workspace_id = $2 AND target.channel_id = $3
                              AND target.subscribes AND target.status = 'active'
                              AND NOT EXISTS (SELECT 1 FROM pauses
                                              WHERE pauses.sync_channel_id IN (origin.id, target.id)
                                                AND pauses.until_micros IS NULL
                                                AND pauses.from_micros <= reacted.version)))
         ORDER BY told.notice_id"
    ))
    .bind(post.clone())
    .bind(place.workspace_id.clone())
    .bind(place.channel_id.clone())
    .fetch_all()
    .await
}

/// A place is told by this message of what somebody reacted.
pub async fn insert(
    tx: &mut Tx,
    notice: &PostId,
    post: &PostId,
    place: &Target,
    told: &Told,
) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO reaction_notices (notice_id, post_id, workspace_id, channel_id, from_workspace_id, from_channel_id,
                                       user_id, emoji)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    ))
    .bind(notice.clone())
    .bind(post.clone())
    .bind(place.workspace_id.clone())
    .bind(place.channel_id.clone())
    .bind(told.workspace_id.clone())
    .bind(told.channel_id.clone())
    .bind(told.user_id.clone())
    .bind(told.emoji.as_str())
    .execute_one("reaction_notices", notice)
    .await
}

/// The line is not to stand there any more.
pub async fn forget(tx: &mut Tx, notice: &PostId) -> Result<(), DbError> {
    tx.query(sql!("DELETE FROM reaction_notices WHERE notice_id = $1"))
        .bind(notice.clone())
        .execute()
        .await
        .map(drop)
}

/// Whether a message says that somebody reacted.
pub async fn is_one(tx: &mut Tx, message: &PostId) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!("SELECT EXISTS (SELECT 1 FROM reaction_notices WHERE notice_id = $1)"))
        .bind(message.clone())
        .fetch_one()
        .await?;
    Ok(found)
}

/// Whether any place is told who reacted to a message.
pub async fn exist_of(tx: &mut Tx, post: &PostId) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!("SELECT EXISTS (SELECT 1 FROM reaction_notices WHERE post_id = $1)"))
        .bind(post.clone())
        .fetch_one()
        .await?;
    Ok(found)
}

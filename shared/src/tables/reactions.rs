//! What people react to a message, wherever they see it, and what our bot shows of it elsewhere.
//!
//! A bot has one reaction for each emoji, so a place shows an emoji as long as anybody at another place does.

use crate::db::{Db, DbError, Query, Tx};
use crate::ids::{ChannelId, PostId, SlackTs, UserId, WorkspaceId};
use crate::sql;
use crate::tables::sync_channels::Target;

/// What somebody at one place reacted.
#[derive(Debug, Clone)]
pub struct Reaction<'r> {
    /// To which message.
    pub post: &'r PostId,
    /// Where they see it.
    pub place: &'r Target,
    /// Who.
    pub user: &'r UserId,
    /// The emoji's name, with its skin tone.
    pub emoji: &'r str,
    /// Whether it is there, or was taken back.
    pub is_present: bool,
    /// Since when (microseconds since 1970).
    pub version: i64,
}

/// Notes a reaction. `false`: something later is known of it.
pub async fn note(tx: &mut Tx, reaction: &Reaction<'_>) -> Result<bool, DbError> {
    let update = tx.query(sql!(
        "UPDATE reactions SET is_present = $6, version = $7
         WHERE post_id = $1 AND workspace_id = $2 AND channel_id = $3 AND user_id = $4 AND emoji = $5 AND version < $7"
    ));
    if reaction.bind_to(update).execute().await? == 1 {
        return Ok(true);
    }
    let insert = tx.query(sql!(
        "INSERT INTO reactions (post_id, workspace_id, channel_id, user_id, emoji, is_present, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        mysql: "INSERT INTO reactions (post_id, workspace_id, channel_id, user_id, emoji, is_present, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    ));
    reaction.bind_to(insert).insert_new().await
}

impl<'r> Reaction<'r> {
    /// Every column, in the order of the table.
    fn bind_to<'q>(&self, query: Query<'q>) -> Query<'q>
    where
        'r: 'q,
    {
        query
            .bind(self.post.clone())
            .bind(self.place.workspace_id.clone())
            .bind(self.place.channel_id.clone())
            .bind(self.user.clone())
            .bind(self.emoji)
            .bind(self.is_present)
            .bind(self.version)
    }
}

/// Who is known to react so to what stands at a place: the original, or a copy of one part.
pub async fn noted_at(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    ts: &SlackTs,
) -> Result<Vec<(UserId, String)>, DbError> {
    tx.query(sql!(
        "SELECT reactions.user_id, reactions.emoji FROM reactions
         WHERE reactions.workspace_id = $1 AND reactions.channel_id = $2 AND reactions.is_present
           AND reactions.post_id IN (SELECT posts.id FROM posts
                                     WHERE posts.workspace_id = $1 AND posts.channel_id = $2 AND posts.ts = $3
                                     UNION ALL
                                     SELECT copies.post_id FROM copies
                                     WHERE copies.workspace_id = $1 AND copies.channel_id = $2 AND copies.ts = $3
                                       AND NOT EXISTS (SELECT 1 FROM copies AS parts
                                                       WHERE parts.post_id = copies.post_id AND parts.workspace_id = $1
                                                         AND parts.channel_id = $2 AND parts.id <> copies.id))"
    ))
    .bind(workspace.clone())
    .bind(channel.clone())
    .bind(ts.clone())
    .fetch_all()
    .await
}

/// What is to become of an emoji at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is to appear.
    Add,
    /// It is to go.
    Remove,
    /// Slack refused it there, and nobody wants it any more.
    Forget,
}

/// An emoji that a place does not show as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The emoji.
    pub emoji: String,
    /// What is to be done about it.
    pub step: Step,
}

/// What has to be done so that a place shows what people at the others reacted; what has to go comes first.
/// Whatever a sync no longer leads here, or a pause keeps back, stays as it is shown; what no sync ever led here does
/// not count. A place of another style than `native` gets nothing new.
pub async fn differences(
    db: &Db,
    post: &PostId,
    place: &Target,
) -> Result<Vec<Difference>, DbError> {
    let rows: Vec<(String, String)> = db
        .read(sql!(
            "SELECT DISTINCT wanted.emoji, 'add' AS what FROM reactions AS wanted
             WHERE wanted.post_id = $1 AND wanted.is_present AND NOT (wanted.workspace_id = $2 AND wanted.channel_id = $3)
               AND EXISTS (SELECT 1 FROM sync_channels AS origin JOIN sync_channels AS target ON target.sync_id = origin.sync_id
                           WHERE origin.workspace_id = wanted.workspace_id AND origin.channel_id = wanted.channel_id
                             AND origin.publishes AND origin.status = 'active'
                             AND target.workspace_id = $2 AND target.channel_id = $3
                             AND target.subscribes AND target.status = 'active' AND target.reaction_style = 'native'
                             AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.sync_channel_id IN (origin.id, target.id)
                                             AND pauses.until_micros IS NULL AND pauses.from_micros <= wanted.version))
               AND NOT EXISTS (SELECT 1 FROM shown_reactions AS shown
                               WHERE shown.post_id = $1 AND shown.workspace_id = $2 AND shown.channel_id = $3
                                 AND shown.emoji = wanted.emoji)
             UNION ALL
             SELECT shown.emoji, CASE WHEN shown.is_refused THEN 'forget' ELSE 'remove' END FROM shown_reactions AS shown
             WHERE shown.post_id = $1 AND shown.workspace_id = $2 AND shown.channel_id = $3
               AND NOT EXISTS (SELECT 1 FROM reactions AS wanted
                               WHERE wanted.post_id = $1 AND wanted.emoji = shown.emoji
                                 AND NOT (wanted.workspace_id = $2 AND wanted.channel_id = $3)
                                 AND EXISTS (SELECT 1 FROM sync_channels AS origin
                                             JOIN sync_channels AS target ON target.sync_id = origin.sync_id
                                             WHERE origin.workspace_id = wanted.workspace_id AND origin.channel_id = wanted.channel_id
                                               AND origin.publishes AND target.subscribes
                                               AND target.workspace_id = $2 AND target.channel_id = $3)
                                 AND (wanted.is_present OR NOT EXISTS (
                                     SELECT 1 FROM sync_channels AS origin
                                     JOIN sync_channels AS target ON target.sync_id = origin.sync_id
                                     WHERE origin.workspace_id = wanted.workspace_id AND origin.channel_id = wanted.channel_id
                                       AND origin.publishes AND origin.status = 'active'
                                       AND target.workspace_id = $2 AND target.channel_id = $3
                                       AND target.subscribes AND target.status = 'active'
                                       AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.sync_channel_id IN (origin.id, target.id)
                                                       AND pauses.until_micros IS NULL
                                                       AND pauses.from_micros <= wanted.version))))
             ORDER BY what DESC, emoji"
        ))
        .bind(post.clone())
        .bind(place.workspace_id.clone())
        .bind(place.channel_id.clone())
        .fetch_all()
        .await?;
    let step = |what: &str| match what {
        "add" => Step::Add,
        "remove" => Step::Remove,
        _ => Step::Forget,
    };
    let difference = |(emoji, what): (_, String)| Difference { emoji, step: step(&what) };
    Ok(rows.into_iter().map(difference).collect())
}

/// Emoji that everybody took back, and that a place may show all the same: a call whose end nobody knows may
/// have added them.
pub async fn taken_back(db: &Db, post: &PostId, place: &Target) -> Result<Vec<String>, DbError> {
    let rows: Vec<(String,)> = db
        .read(sql!(
            "SELECT DISTINCT taken.emoji FROM reactions AS taken
             WHERE taken.post_id = $1 AND NOT (taken.workspace_id = $2 AND taken.channel_id = $3)
               AND NOT EXISTS (SELECT 1 FROM reactions AS wanted
                               WHERE wanted.post_id = $1 AND wanted.emoji = taken.emoji AND wanted.is_present
                                 AND NOT (wanted.workspace_id = $2 AND wanted.channel_id = $3))
               AND NOT EXISTS (SELECT 1 FROM shown_reactions AS shown
                               WHERE shown.post_id = $1 AND shown.workspace_id = $2 AND shown.channel_id = $3
                                 AND shown.emoji = taken.emoji)
             ORDER BY taken.emoji"
        ))
        .bind(post.clone())
        .bind(place.workspace_id.clone())
        .bind(place.channel_id.clone())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(emoji,)| emoji).collect())
}

/// The bot's reaction is there, or is refused there for good.
pub async fn mark_shown(
    tx: &mut Tx,
    post: &PostId,
    place: &Target,
    emoji: &str,
    is_refused: bool,
) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO shown_reactions (post_id, workspace_id, channel_id, emoji, is_refused) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        mysql: "INSERT INTO shown_reactions (post_id, workspace_id, channel_id, emoji, is_refused) VALUES ($1, $2, $3, $4, $5)"
    ))
    .bind(post.clone())
    .bind(place.workspace_id.clone())
    .bind(place.channel_id.clone())
    .bind(emoji)
    .bind(is_refused)
    .insert_new()
    .await
    .map(drop)
}

/// How many reactions Slack does not let our bot show, such as with an emoji that a workspace does not have.
pub async fn count_refused(db: &Db) -> Result<i64, DbError> {
    let (count,) = db
        .read(sql!(
            "SELECT COUNT(*) FROM shown_reactions JOIN posts ON posts.id = shown_reactions.post_id
             WHERE shown_reactions.is_refused AND posts.deleted_at IS NULL"
        ))
        .fetch_one()
        .await?;
    Ok(count)
}

/// What Slack refused at a place is to be tried once more, such as for want of room. Whether there was anything.
pub async fn forget_refused(tx: &mut Tx, post: &PostId, place: &Target) -> Result<bool, DbError> {
    tx.query(sql!(
        "DELETE FROM shown_reactions WHERE post_id = $1 AND workspace_id = $2 AND channel_id = $3 AND is_refused"
    ))
    .bind(post.clone())
    .bind(place.workspace_id.clone())
    .bind(place.channel_id.clone())
    .execute()
    .await
    .map(|refused| refused > 0)
}

/// The bot's reaction is gone.
pub async fn mark_gone(
    tx: &mut Tx,
    post: &PostId,
    place: &Target,
    emoji: &str,
) -> Result<(), DbError> {
    tx.query(sql!(
        "DELETE FROM shown_reactions WHERE post_id = $1 AND workspace_id = $2 AND channel_id = $3 AND emoji = $4"
    ))
    .bind(post.clone())
    .bind(place.workspace_id.clone())
    .bind(place.channel_id.clone())
    .bind(emoji)
    .execute()
    .await
    .map(drop)
}

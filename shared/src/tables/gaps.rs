//! Times of which Slack may not have told us everything, a row for each channel, and how far each was read
//! again.

use chrono::{DateTime, TimeDelta, Utc};

use crate::db::{Db, DbError, Tx};
use crate::ids::{ChannelId, SlackTs, WorkspaceId};
use crate::jobs::fill_gap::{self, Payload};
use crate::queue::Queue;
use crate::sql;
use crate::tables::sync_channels;

/// Somebody may ask what became of a gap.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// Why there may be a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Slack said so (`docs.slack.dev/reference/events/app_rate_limited`).
    RateLimited,
    /// An operator thinks so.
    Operator,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::Operator => "operator",
        }
    }
}

/// Notes a gap of a channel and enqueues the job that fills it. `false`: it is noted already, or the channel
/// did not publish then. What was said before it did stays where it is.
pub async fn open(
    tx: &mut Tx,
    queue: &Queue,
    gap: &Payload,
    reason: Reason,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let since = sync_channels::publishes_since(tx, &gap.workspace, &gap.channel).await?;
    let Some(since) = since.map(|since| since.timestamp_micros()) else { return Ok(false) };
    let gap = Payload { from: gap.from.max(since), ..gap.clone() };
    forget(tx, &gap, now - KEPT_FOR).await?;
    if gap.from >= gap.until || !insert_new(tx, &gap, reason, now).await? {
        return Ok(false);
    }
    queue.enqueue(tx, vec![fill_gap::job(&gap)]).await?;
    Ok(true)
}

/// What was read again before then is of no use any more.
async fn forget(tx: &mut Tx, gap: &Payload, before: DateTime<Utc>) -> Result<(), DbError> {
    tx.query(sql!(
        "DELETE FROM gaps WHERE workspace_id = $1 AND channel_id = $2 AND finished_at < $3"
    ))
    .bind(gap.workspace.clone())
    .bind(gap.channel.clone())
    .bind(before)
    .execute()
    .await
    .map(drop)
}

async fn insert_new(
    tx: &mut Tx,
    gap: &Payload,
    reason: Reason,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    tx.query(sql!(
        "INSERT INTO gaps (workspace_id, channel_id, from_micros, until_micros, reason, created_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        mysql: "INSERT INTO gaps (workspace_id, channel_id, from_micros, until_micros, reason, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    ))
    .bind(gap.workspace.clone())
    .bind(gap.channel.clone())
    .bind(gap.from)
    .bind(gap.until)
    .bind(reason.as_str())
    .bind(now)
    .insert_new()
    .await
}

/// How far a gap was read again: everything later than this. `None`: nothing yet.
pub async fn reached(db: &Db, gap: &Payload) -> Result<Option<SlackTs>, DbError> {
    let row: Option<(Option<SlackTs>,)> = db
        .read(sql!(
            "SELECT reached_ts FROM gaps
             WHERE workspace_id = $1 AND channel_id = $2 AND from_micros = $3 AND until_micros = $4"
        ))
        .bind(gap.workspace.clone())
        .bind(gap.channel.clone())
        .bind(gap.from)
        .bind(gap.until)
        .fetch_optional()
        .await?;
    Ok(row.and_then(|(reached,)| reached))
}

/// Everything later than this was read again.
pub async fn note_reached(tx: &mut Tx, gap: &Payload, reached: &SlackTs) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE gaps SET reached_ts = $5
         WHERE workspace_id = $1 AND channel_id = $2 AND from_micros = $3 AND until_micros = $4"
    ))
    .bind(gap.workspace.clone())
    .bind(gap.channel.clone())
    .bind(gap.from)
    .bind(gap.until)
    .bind(reached.clone())
    .execute_one("gaps", &gap.channel)
    .await
}

/// All of it was read again.
pub async fn finish(tx: &mut Tx, gap: &Payload, now: DateTime<Utc>) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE gaps SET finished_at = $5
         WHERE workspace_id = $1 AND channel_id = $2 AND from_micros = $3 AND until_micros = $4"
    ))
    .bind(gap.workspace.clone())
    .bind(gap.channel.clone())
    .bind(gap.from)
    .bind(gap.until)
    .bind(now)
    .execute_one("gaps", &gap.channel)
    .await
}

/// A message of a channel that is known.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Known {
    /// Where it stands.
    pub ts: SlackTs,
    /// When it was changed last (microseconds since 1970); 0: never.
    pub version: i64,
    /// It is to be seen in the channel: no reply, not deleted, and not known by its place alone.
    pub is_shown: bool,
    /// Only its place is known, from a reply to it.
    pub is_placeholder: bool,
}

/// What is known to have been said in a channel between two times, the second not included.
pub async fn known(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    from: &SlackTs,
    until: &SlackTs,
) -> Result<Vec<Known>, DbError> {
    // Slack writes ten digits and six: text sorts as time does.
    tx.query(sql!(
        "SELECT ts, version, (root_post_id IS NULL AND deleted_at IS NULL AND digest IS NOT NULL) AS is_shown,
                digest IS NULL AS is_placeholder
         FROM posts WHERE workspace_id = $1 AND channel_id = $2 AND ts >= $3 AND ts < $4"
    ))
    .bind(workspace.clone())
    .bind(channel.clone())
    .bind(from.clone())
    .bind(until.clone())
    .fetch_all()
    .await
}

/// Threads of a channel in which somebody there answered since some time, by the places of their roots: those
/// that were said before the first of the two times. The latest are given, at most so many.
pub async fn live_threads(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    before: &SlackTs,
    answered_since: &SlackTs,
    most: i64,
) -> Result<Vec<SlackTs>, DbError> {
    let rows: Vec<(SlackTs,)> = tx
        .query(sql!(
            "SELECT root.ts AS ts FROM posts AS reply JOIN posts AS root ON root.id = reply.root_post_id
             WHERE reply.workspace_id = $1 AND reply.channel_id = $2 AND reply.ts >= $3
               AND root.workspace_id = $1 AND root.channel_id = $2 AND root.ts < $4 AND root.deleted_at IS NULL
             UNION
             SELECT copies.ts AS ts FROM posts AS reply JOIN copies ON copies.post_id = reply.root_post_id
             WHERE reply.workspace_id = $1 AND reply.channel_id = $2 AND reply.ts >= $3
               AND copies.workspace_id = $1 AND copies.channel_id = $2 AND copies.part = 0 AND copies.ts < $4
               AND copies.state = 'sent'
             ORDER BY ts DESC LIMIT $5"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .bind(answered_since.clone())
        .bind(before.clone())
        .bind(most)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(ts,)| ts).collect())
}

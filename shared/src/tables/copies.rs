//! One row a copy: which message, in which target channel, and how far it is.
//!
//! A copy is `pending`, then `sending` while a call may be under way, then `sent` with the ts that Slack
//! gave it; or `dead` when it cannot be delivered.

use chrono::{DateTime, Utc};

use super::posts::{Author, Body};
use super::sync_channels::Target;
use crate::db::{Db, DbError, Tx};
use crate::ids::{ChannelId, CopyId, PostId, SlackTs, TeamId, WorkspaceId};
use crate::sql;

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyState {
    /// Nothing was tried, or what was tried surely had no effect.
    Pending,
    /// A call may be under way until its deadline, or may have had its effect unseen.
    Sending,
    /// It is there.
    Sent,
    /// It cannot be delivered.
    Dead,
}

/// A copy with everything that is needed to make it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The copy.
    pub id: CopyId,
    /// How far it is.
    pub state: CopyState,
    /// Until when a call may be under way, in queue time.
    pub call_deadline: Option<i64>,
    /// The workspace that gets it.
    pub workspace_id: WorkspaceId,
    /// The channel that gets it.
    pub channel_id: ChannelId,
    /// The message.
    pub post_id: PostId,
    /// The first message of its thread, for a reply.
    pub root_post_id: Option<PostId>,
    /// The workspace it was said in.
    pub source_workspace_id: WorkspaceId,
    /// What that workspace is called.
    pub source_workspace_name: String,
    /// That workspace's Slack id.
    pub source_team_id: TeamId,
    /// Who said it.
    pub author: Author,
    /// What was said; `None` once every copy is made.
    pub body: Option<Body>,
}

/// Stores a copy that is to be made.
pub async fn insert(
    tx: &mut Tx,
    id: &CopyId,
    post: &PostId,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO copies (id, post_id, workspace_id, channel_id, part, state, ts, call_deadline, created_at)
         VALUES ($1, $2, $3, $4, 0, 'pending', NULL, NULL, $5)"
    ))
    .bind(id.clone())
    .bind(post.clone())
    .bind(target.workspace_id.clone())
    .bind(target.channel_id.clone())
    .bind(now)
    .execute_one("copies", id)
    .await
}

/// A copy, with its message.
pub async fn delivery(db: &Db, id: &CopyId) -> Result<Option<Delivery>, DbError> {
    #[derive(sqlx::FromRow)]
    struct DeliveryRow {
        state: String,
        call_deadline: Option<i64>,
        workspace_id: WorkspaceId,
        channel_id: ChannelId,
        post_id: PostId,
        root_post_id: Option<PostId>,
        source_workspace_id: WorkspaceId,
        source_workspace_name: String,
        source_team_id: TeamId,
        author: String,
        body: Option<String>,
    }
    let row: Option<DeliveryRow> = db
        .read(sql!(
            "SELECT copies.state, copies.call_deadline, copies.workspace_id, copies.channel_id, copies.post_id, posts.root_post_id,
                    posts.workspace_id AS source_workspace_id, workspaces.name AS source_workspace_name,
                    workspaces.team_id AS source_team_id, posts.author, posts.body
             FROM copies JOIN posts ON posts.id = copies.post_id JOIN workspaces ON workspaces.id = posts.workspace_id
             WHERE copies.id = $1"
        ))
        .bind(id.clone())
        .fetch_optional()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let bad = |table, column| DbError::BadValue { table, column, id: id.to_string() };
    let body = row.body.as_deref().map(serde_json::from_str::<Body>).transpose();
    Ok(Some(Delivery {
        id: id.clone(),
        state: parse_state(&row.state).ok_or_else(|| bad("copies", "state"))?,
        call_deadline: row.call_deadline,
        workspace_id: row.workspace_id,
        channel_id: row.channel_id,
        post_id: row.post_id,
        root_post_id: row.root_post_id,
        source_workspace_id: row.source_workspace_id,
        source_workspace_name: row.source_workspace_name,
        source_team_id: row.source_team_id,
        author: serde_json::from_str(&row.author).map_err(|_| bad("posts", "author"))?,
        body: body.map_err(|_| bad("posts", "body"))?,
    }))
}

fn parse_state(text: &str) -> Option<CopyState> {
    Some(match text {
        "pending" => CopyState::Pending,
        "sending" => CopyState::Sending,
        "sent" => CopyState::Sent,
        "dead" => CopyState::Dead,
        _ => return None,
    })
}

/// Where a message stands in one channel, as original or as copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is there, under this ts.
    At(SlackTs),
    /// A copy is on its way.
    Coming,
    /// It is not there and will not come.
    Absent,
}

/// Where a message stands in a channel.
pub async fn standing(
    db: &Db,
    post: &PostId,
    workspace: &WorkspaceId,
    channel: &ChannelId,
) -> Result<Standing, DbError> {
    let row: Option<(String, Option<SlackTs>)> = db
        .read(sql!(
            "SELECT 'sent', ts FROM posts WHERE id = $1 AND workspace_id = $2 AND channel_id = $3
             UNION ALL
             SELECT state, ts FROM copies WHERE post_id = $1 AND workspace_id = $2 AND channel_id = $3 AND part = 0"
        ))
        .bind(post.clone())
        .bind(workspace.clone())
        .bind(channel.clone())
        .fetch_optional()
        .await?;
    let Some((state, ts)) = row else { return Ok(Standing::Absent) };
    let bad = || DbError::BadValue { table: "copies", column: "state", id: post.to_string() };
    Ok(match (parse_state(&state).ok_or_else(bad)?, ts) {
        (CopyState::Sent, Some(ts)) => Standing::At(ts),
        (CopyState::Pending | CopyState::Sending, _) => Standing::Coming,
        (CopyState::Sent | CopyState::Dead, _) => Standing::Absent,
    })
}

/// A call is about to be made; it ends by `call_deadline` (queue time).
pub async fn mark_sending(tx: &mut Tx, id: &CopyId, call_deadline: i64) -> Result<(), DbError> {
    tx.query(sql!("UPDATE copies SET state = 'sending', call_deadline = $2 WHERE id = $1 AND state IN ('pending', 'sending')"))
        .bind(id.clone())
        .bind(call_deadline)
        .execute_one("copies", id)
        .await
}

/// The call surely had no effect.
pub async fn mark_pending(tx: &mut Tx, id: &CopyId) -> Result<(), DbError> {
    tx.query(sql!("UPDATE copies SET state = 'pending', call_deadline = NULL WHERE id = $1 AND state IN ('pending', 'sending')"))
        .bind(id.clone())
        .execute_one("copies", id)
        .await
}

/// The copy is there.
pub async fn mark_sent(tx: &mut Tx, id: &CopyId, ts: &SlackTs) -> Result<(), DbError> {
    tx.query(sql!("UPDATE copies SET state = 'sent', ts = $2, call_deadline = NULL WHERE id = $1 AND state = 'sending'"))
        .bind(id.clone())
        .bind(ts.clone())
        .execute_one("copies", id)
        .await
}

/// The copy will not be made; one that is there stays.
pub async fn mark_dead_if_open(tx: &mut Tx, id: &CopyId) -> Result<(), DbError> {
    tx.query(sql!("UPDATE copies SET state = 'dead', call_deadline = NULL WHERE id = $1 AND state IN ('pending', 'sending')"))
        .bind(id.clone())
        .execute()
        .await
        .map(drop)
}

//! One row a copy: which message, in which target channel, and how far it is.
//!
//! A copy is `pending`, then `sending` while a call may be under way, then `sent` with the ts that Slack
//! gave it; or `dead` when it cannot be delivered. One that was removed, or that is not to be made any more,
//! is `deleted`.

use chrono::{DateTime, Utc};

use super::posts::{self, Author, Body};
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
    /// It was removed, or nothing is to be made any more.
    Deleted,
}

/// What a copy shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The message.
    Full,
    /// One line that stands for a message from before the sync, so that replies to it have a thread.
    Stub,
    /// One line that stands for a message that was deleted before it was copied: its thread goes on.
    Tombstone,
    /// The message's files.
    Files,
    /// One line that stands for files, none of which could be copied.
    Lost,
}

impl Form {
    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Stub => "stub",
            Self::Tombstone => "tombstone",
            Self::Files => "files",
            Self::Lost => "lost",
        }
    }
}

/// What is known about a call that may have had its effect unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// When the call has ended for certain, in queue time.
    pub deadline: i64,
    /// What the call made has a later ts than this.
    pub after_ts: SlackTs,
    /// How often it was looked for in vain.
    pub looks: i64,
    /// How far a look has come that could not go on at once.
    pub look_from: Option<SlackTs>,
}

/// A copy with everything that is needed to make it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The copy.
    pub id: CopyId,
    /// How far it is.
    pub state: CopyState,
    /// What it shows.
    pub form: Form,
    /// Which part of a long text it shows, from 0.
    pub part: i64,
    /// The last part that there is a copy for in its channel.
    pub last_part: i64,
    /// Its id in the channel that gets it, once it is there.
    pub ts: Option<SlackTs>,
    /// The version of the message that it shows, or that a call under way makes it show.
    pub shown_version: i64,
    /// A call that may have had its effect, of a copy that is [`CopyState::Sending`].
    pub doubt: Option<Doubt>,
    /// The workspace that gets it.
    pub workspace_id: WorkspaceId,
    /// That workspace's Slack id.
    pub team_id: TeamId,
    /// The channel that gets it.
    pub channel_id: ChannelId,
    /// The message.
    pub post_id: PostId,
    /// The first message of its thread, for a reply.
    pub root_post_id: Option<PostId>,
    /// What a new message in the target channel is certainly later than: the original, and the last copy
    /// that was made there.
    pub later_than: SlackTs,
    /// The workspace it was said in.
    pub source_workspace_id: WorkspaceId,
    /// The channel it was said in.
    pub source_channel_id: ChannelId,
    /// Its id there.
    pub source_ts: SlackTs,
    /// What that workspace is called.
    pub source_workspace_name: String,
    /// That workspace's Slack id.
    pub source_team_id: TeamId,
    /// Who said it.
    pub author: Author,
    /// What was said; `None` once every copy shows it.
    pub body: Option<Body>,
    /// The version of what was said.
    pub version: i64,
    /// It was deleted since.
    pub is_deleted: bool,
}

/// Stores a copy that is to be made.
pub async fn insert(
    tx: &mut Tx,
    id: &CopyId,
    post: &PostId,
    form: Form,
    part: i64,
    target: &Target,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO copies (id, post_id, workspace_id, channel_id, part, state, form, ts, call_deadline, after_ts, looks,
                             look_from, created_at)
         VALUES ($1, $2, $3, $4, $5, 'pending', $6, NULL, NULL, NULL, 0, NULL, $7)"
    ))
    .bind(id.clone())
    .bind(post.clone())
    .bind(target.workspace_id.clone())
    .bind(target.channel_id.clone())
    .bind(part)
    .bind(form.as_str())
    .bind(now)
    .execute_one("copies", id)
    .await
}

/// A copy, with its message.
pub async fn delivery(db: &Db, id: &CopyId) -> Result<Option<Delivery>, DbError> {
    #[derive(sqlx::FromRow)]
    struct DeliveryRow {
        state: String,
        form: String,
        part: i64,
        last_part: Option<i64>,
        ts: Option<SlackTs>,
        shown_version: i64,
        call_deadline: Option<i64>,
        after_ts: Option<SlackTs>,
        looks: i64,
        look_from: Option<SlackTs>,
        workspace_id: WorkspaceId,
        team_id: TeamId,
        channel_id: ChannelId,
        post_id: PostId,
        root_post_id: Option<PostId>,
        last_ts: Option<SlackTs>,
        source_workspace_id: WorkspaceId,
        source_channel_id: ChannelId,
        source_ts: SlackTs,
        source_workspace_name: String,
        source_team_id: TeamId,
        author: String,
        body: Option<String>,
        version: i64,
        deleted_at: Option<DateTime<Utc>>,
    }
    let row: Option<DeliveryRow> = db
        .read(sql!(
            "SELECT copies.state, copies.form, copies.part,
                    (SELECT MAX(parts.part) FROM copies AS parts
                     WHERE parts.post_id = copies.post_id AND parts.workspace_id = copies.workspace_id
                       AND parts.channel_id = copies.channel_id AND parts.state <> 'deleted'
                       AND parts.form NOT IN ('files', 'lost')) AS last_part, copies.ts, copies.version AS shown_version, copies.call_deadline, copies.after_ts, copies.looks, copies.look_from,
                    copies.workspace_id, target.team_id, copies.channel_id, copies.post_id, posts.root_post_id,
                    (SELECT MAX(others.ts) FROM copies AS others
                     WHERE others.workspace_id = copies.workspace_id AND others.channel_id = copies.channel_id) AS last_ts,
                    posts.workspace_id AS source_workspace_id, posts.channel_id AS source_channel_id, posts.ts AS source_ts,
                    source.name AS source_workspace_name, source.team_id AS source_team_id, posts.author, posts.body,
                    posts.version, posts.deleted_at
             FROM copies JOIN posts ON posts.id = copies.post_id
             JOIN workspaces AS source ON source.id = posts.workspace_id
             JOIN workspaces AS target ON target.id = copies.workspace_id
             WHERE copies.id = $1"
        ))
        .bind(id.clone())
        .fetch_optional()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let bad = |table, column| DbError::BadValue { table, column, id: id.to_string() };
    let body = row.body.as_deref().map(serde_json::from_str::<Body>).transpose();
    let later_than = match row.last_ts {
        Some(last) if last.micros() > row.source_ts.micros() => last,
        _ => row.source_ts.clone(),
    };
    let doubt = row.call_deadline.map(|deadline| Doubt {
        deadline,
        after_ts: row.after_ts.unwrap_or_else(|| row.source_ts.clone()),
        looks: row.looks,
        look_from: row.look_from,
    });
    Ok(Some(Delivery {
        id: id.clone(),
        state: parse_state(&row.state).ok_or_else(|| bad("copies", "state"))?,
        form: parse_form(&row.form).ok_or_else(|| bad("copies", "form"))?,
        part: row.part,
        last_part: row.last_part.unwrap_or(row.part),
        ts: row.ts,
        shown_version: row.shown_version,
        doubt,
        workspace_id: row.workspace_id,
        team_id: row.team_id,
        channel_id: row.channel_id,
        post_id: row.post_id,
        root_post_id: row.root_post_id,
        later_than,
        source_workspace_id: row.source_workspace_id,
        source_channel_id: row.source_channel_id,
        source_ts: row.source_ts,
        source_workspace_name: row.source_workspace_name,
        source_team_id: row.source_team_id,
        author: serde_json::from_str(&row.author).map_err(|_| bad("posts", "author"))?,
        body: body.map_err(|_| bad("posts", "body"))?,
        version: row.version,
        is_deleted: row.deleted_at.is_some(),
    }))
}

fn parse_state(text: &str) -> Option<CopyState> {
    Some(match text {
        "pending" => CopyState::Pending,
        "sending" => CopyState::Sending,
        "sent" => CopyState::Sent,
        "dead" => CopyState::Dead,
        "deleted" => CopyState::Deleted,
        _ => return None,
    })
}

fn parse_form(text: &str) -> Option<Form> {
    let all = [Form::Full, Form::Stub, Form::Tombstone, Form::Files, Form::Lost];
    all.into_iter().find(|form| form.as_str() == text)
}

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

/// Whether the message stands in a channel or was to come there: as a copy, or as the original.
pub async fn has_one(tx: &mut Tx, post: &PostId, target: &Target) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!(
            "SELECT EXISTS (SELECT 1 FROM posts WHERE id = $1 AND workspace_id = $2 AND channel_id = $3)
                 OR EXISTS (SELECT 1 FROM copies WHERE post_id = $1 AND workspace_id = $2 AND channel_id = $3)"
        ))
        .bind(post.clone())
        .bind(target.workspace_id.clone())
        .bind(target.channel_id.clone())
        .fetch_one()
        .await?;
    Ok(found)
}

/// A call is about to be made, as the delivery says; it ends by `call_deadline` (queue time).
pub async fn mark_sending(
    tx: &mut Tx,
    delivery: &Delivery,
    call_deadline: i64,
) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE copies SET state = 'sending', form = $2, version = $3, call_deadline = $4, after_ts = $5, looks = 0,
                look_from = NULL
         WHERE id = $1 AND state IN ('pending', 'sending')"
    ))
    .bind(delivery.id.clone())
    .bind(delivery.form.as_str())
    .bind(delivery.version)
    .bind(call_deadline)
    .bind(delivery.later_than.clone())
    .execute_one("copies", &delivery.id)
    .await
}

/// The call has ended, by `now` (queue time), without telling whether it had its effect.
pub async fn mark_call_ended(tx: &mut Tx, id: &CopyId, now: i64) -> Result<(), DbError> {
    tx.query(sql!("UPDATE copies SET call_deadline = $2 WHERE id = $1 AND state = 'sending'"))
        .bind(id.clone())
        .bind(now)
        .execute_one("copies", id)
        .await
}

/// A look for what a call may have made has come so far.
pub async fn note_look(tx: &mut Tx, id: &CopyId, doubt: &Doubt) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE copies SET looks = $2, look_from = $3 WHERE id = $1 AND state = 'sending'"
    ))
    .bind(id.clone())
    .bind(doubt.looks)
    .bind(doubt.look_from.clone())
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

/// The copy is there. What was said is forgotten with the last one.
pub async fn mark_sent(tx: &mut Tx, delivery: &Delivery, ts: &SlackTs) -> Result<(), DbError> {
    // Copies of one message end in several lanes at once: the last one is to see that it is the last.
    posts::lock(tx, &delivery.post_id).await?;
    tx.query(sql!("UPDATE copies SET state = 'sent', ts = $2, call_deadline = NULL WHERE id = $1 AND state = 'sending'"))
        .bind(delivery.id.clone())
        .bind(ts.clone())
        .execute_one("copies", &delivery.id)
        .await?;
    posts::clear_body_when_delivered(tx, &delivery.post_id).await
}

/// The copy will not be made; one that is there stays. A call whose effect is in doubt stays so.
pub async fn mark_dead_if_open(tx: &mut Tx, id: &CopyId) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE copies SET state = 'dead' WHERE id = $1 AND state IN ('pending', 'sending')"
    ))
    .bind(id.clone())
    .execute()
    .await
    .map(drop)
}

/// A dead copy is to be made after all; the effect of a call that was in doubt is looked for first.
pub async fn reopen(tx: &mut Tx, id: &CopyId) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE copies SET state = CASE WHEN call_deadline IS NULL THEN 'pending' ELSE 'sending' END, looks = 0
         WHERE id = $1 AND state = 'dead'"
    ))
    .bind(id.clone())
    .execute()
    .await
    .map(drop)
}

/// Dead copies of replies in the thread that a copy is the root of, in its channel.
pub async fn dead_replies(tx: &mut Tx, root: &CopyId) -> Result<Vec<CopyId>, DbError> {
    let rows: Vec<(CopyId,)> = tx
        .query(sql!(
            "SELECT copies.id FROM copies AS root JOIN posts ON posts.root_post_id = root.post_id
             JOIN copies ON copies.post_id = posts.id AND copies.workspace_id = root.workspace_id
                        AND copies.channel_id = root.channel_id
             WHERE root.id = $1 AND copies.state = 'dead' ORDER BY posts.ts"
        ))
        .bind(root.clone())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The stub of a message in a channel becomes a full copy, since what it says is known now; one that is there
/// already has to follow (see [`changes`](super::changes)).
pub async fn complete_stub(tx: &mut Tx, post: &PostId, target: &Target) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE copies SET form = 'full' WHERE post_id = $1 AND workspace_id = $2 AND channel_id = $3 AND form = 'stub'
         AND state IN ('pending', 'sending', 'sent')"
    ))
    .bind(post.clone())
    .bind(target.workspace_id.clone())
    .bind(target.channel_id.clone())
    .execute()
    .await
    .map(drop)
}

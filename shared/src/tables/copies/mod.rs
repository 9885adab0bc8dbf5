//! One row a copy: which message, in which target channel, and how far it is.
//!
//! A copy is `pending`, then `sending` while a call may be under way, then `sent` with the ts that Slack
//! gave it; or `dead` when it cannot be delivered. One that was removed, or that is not to be made any more,
//! is `deleted`.

mod delivery;
mod standing;

use chrono::{DateTime, Utc};

pub use delivery::{Delivery, Doubt, delivery};
pub use standing::{Standing, standing};

use super::sync_channels::Target;
use super::{echoes, posts};
use crate::db::{DbError, Tx};
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
    /// One line that says that somebody reacted.
    Reaction,
}

impl Form {
    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Stub => "stub",
            Self::Tombstone => "tombstone",
            Self::Files => "files",
            Self::Lost => "lost",
            Self::Reaction => "reaction",
        }
    }
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
    let all = [Form::Full, Form::Stub, Form::Tombstone, Form::Files, Form::Lost, Form::Reaction];
    all.into_iter().find(|form| form.as_str() == text)
}

/// Whether a copy is one of a channel.
pub async fn is_in(
    tx: &mut Tx,
    id: &CopyId,
    workspace: &WorkspaceId,
    channel: &ChannelId,
) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!(
            "SELECT EXISTS (SELECT 1 FROM copies WHERE id = $1 AND workspace_id = $2 AND channel_id = $3)"
        ))
        .bind(id.clone())
        .bind(workspace.clone())
        .bind(channel.clone())
        .fetch_one()
        .await?;
    Ok(found)
}

/// Which message a copy is of, and where it belongs.
pub async fn place(tx: &mut Tx, id: &CopyId) -> Result<Option<(PostId, Target)>, DbError> {
    let row: Option<(PostId, WorkspaceId, TeamId, ChannelId)> = tx
        .query(sql!(
            "SELECT copies.post_id, copies.workspace_id, workspaces.team_id, copies.channel_id
             FROM copies JOIN workspaces ON workspaces.id = copies.workspace_id WHERE copies.id = $1"
        ))
        .bind(id.clone())
        .fetch_optional()
        .await?;
    let place = |(post, workspace_id, team_id, channel_id)| {
        (post, Target { workspace_id, team_id, channel_id })
    };
    Ok(row.map(place))
}

/// Whether a copy may stand in the channel whose place is not known: a call that makes it is under way, or ended
/// without an answer.
pub async fn are_in_doubt(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!(
            "SELECT EXISTS (SELECT 1 FROM copies WHERE workspace_id = $1 AND channel_id = $2 AND ts IS NULL AND state = 'sending')"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .fetch_one()
        .await?;
    Ok(found)
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
                look_from = NULL, posted_as = $6
         WHERE id = $1 AND state IN ('pending', 'sending')"
    ))
    .bind(delivery.id.clone())
    .bind(delivery.form.as_str())
    .bind(delivery.version)
    .bind(call_deadline)
    .bind(delivery.later_than.clone())
    .bind(delivery.posted_as.clone())
    .execute_one("copies", &delivery.id)
    .await?;
    echoes::expect(tx, delivery).await
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
    if delivery.posted_as.is_some() {
        echoes::forget(tx, &delivery.id).await?;
    }
    posts::clear_body_when_delivered(tx, &delivery.post_id).await
}

/// The copy will not be made. `false`: it is there, or was not to be made any more, and stays so. A call whose
/// effect is in doubt stays so.
pub async fn mark_dead_if_open(tx: &mut Tx, id: &CopyId) -> Result<bool, DbError> {
    let died = tx
        .query(sql!(
            "UPDATE copies SET state = 'dead' WHERE id = $1 AND state IN ('pending', 'sending')"
        ))
        .bind(id.clone())
        .execute()
        .await?;
    Ok(died == 1)
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

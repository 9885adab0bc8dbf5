//! One row a logical message: where it was said, by whom, and what, until every copy is made.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::db::{Db, DbError, Tx};
use crate::ids::{BotId, ChannelId, CopyId, PostId, SlackTs, TeamId, UserId, WorkspaceId};
use crate::slack::file::File;
use crate::{echo, sql};

/// Who said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Author {
    /// A member of the source workspace.
    Person {
        /// Their id there.
        user: UserId,
    },
    /// Another app, as it called itself.
    Bot {
        /// Its id there.
        bot: Option<BotId>,
        /// The name that it gave.
        name: Option<String>,
        /// The picture that it gave.
        avatar_url: Option<String>,
    },
    /// Not known: only the message's place is, from a reply to it.
    Unknown,
}

/// What was said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The text in Slack's mrkdwn.
    pub text: String,
    /// A reply that is shown in the channel as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_broadcast: bool,
    /// What was shared with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// What is shown instead of the text, as the source workspace has it, without what nobody shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Value>,
    /// An app said it, and Slack's event shows nothing of it: it is read when it is copied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unseen: bool,
}

impl Body {
    /// This text, and nothing besides.
    pub fn said(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_broadcast: false,
            files: Vec::new(),
            blocks: Vec::new(),
            is_unseen: false,
        }
    }

    /// Something of an app that Slack's event does not show.
    pub fn unseen() -> Self {
        Self { is_unseen: true, ..Self::said("") }
    }

    /// The same for two that say the same: SHA-256, in hexadecimal. Files come and go without anybody having
    /// said something else.
    pub fn digest(&self) -> String {
        hex::encode(Sha256::digest(json(&Self { files: Vec::new(), ..self.clone() })))
    }
}

impl std::fmt::Debug for Body {
    /// Message text never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (files, blocks) = (self.files.len(), self.blocks.len());
        write!(f, "Body({} characters, {files} files, {blocks} blocks)", self.text.chars().count())
    }
}

/// A message to be stored.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// Its id.
    pub id: PostId,
    /// The workspace it was said in.
    pub workspace_id: WorkspaceId,
    /// The channel it was said in.
    pub channel_id: ChannelId,
    /// Its id there.
    pub ts: SlackTs,
    /// The first message of its thread, for a reply.
    pub root_post_id: Option<PostId>,
    /// Who said it.
    pub author: Author,
    /// What was said, if it is known.
    pub body: Option<Body>,
}

/// Stores a message; `false`: it is known already.
pub async fn insert_new(tx: &mut Tx, post: &NewPost, now: DateTime<Utc>) -> Result<bool, DbError> {
    tx.query(sql!(
        "INSERT INTO posts (id, workspace_id, channel_id, ts, root_post_id, author, body, digest, echo, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        mysql: "INSERT INTO posts (id, workspace_id, channel_id, ts, root_post_id, author, body, digest, echo, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    ))
    .bind(post.id.clone())
    .bind(post.workspace_id.clone())
    .bind(post.channel_id.clone())
    .bind(post.ts.clone())
    .bind(post.root_post_id.clone())
    .bind(json(&post.author))
    .bind(post.body.as_ref().map(json))
    .bind(post.body.as_ref().map(Body::digest))
    .bind(post.body.as_ref().and_then(|body| echo::of(&body.text)))
    .bind(now)
    .insert_new()
    .await
}

/// The message at a place.
#[derive(Debug, Clone)]
pub struct AtPlace {
    /// The message: the original, or the one that the message there is a copy of.
    pub id: PostId,
    /// The root of its thread, if it is a reply.
    pub root_post_id: Option<PostId>,
    /// Only its place is known, from a reply to it.
    pub is_placeholder: bool,
    /// What it says, in short; see [`Body::digest`].
    pub digest: Option<String>,
    /// The copy that stands there, if it is not the original.
    pub copy: Option<CopyId>,
}

/// The message at a place. Somebody may have answered a copy of ours before we knew where it stands: then that
/// place is one of a message of which nothing is known, too.
pub async fn at_place(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    ts: &SlackTs,
) -> Result<Option<AtPlace>, DbError> {
    type Row = (PostId, Option<PostId>, String, Option<String>, Option<CopyId>);
    let row: Option<Row> = tx
        .query(sql!(
            "SELECT id, root_post_id, author, digest, NULL AS copy_id, 1 AS preference FROM posts
             WHERE workspace_id = $1 AND channel_id = $2 AND ts = $3
             UNION ALL
             SELECT posts.id, posts.root_post_id, posts.author, posts.digest, copies.id, 0 AS preference
             FROM copies JOIN posts ON posts.id = copies.post_id
             WHERE copies.workspace_id = $1 AND copies.channel_id = $2 AND copies.ts = $3
             ORDER BY preference LIMIT 1"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .bind(ts.clone())
        .fetch_optional()
        .await?;
    let Some((id, root_post_id, author, digest, copy)) = row else { return Ok(None) };
    let author = serde_json::from_str(&author).map_err(|_| DbError::BadValue {
        table: "posts",
        column: "author",
        id: id.to_string(),
    })?;
    let is_placeholder = matches!(author, Author::Unknown);
    Ok(Some(AtPlace { id, root_post_id, is_placeholder, digest, copy }))
}

/// The first message of the thread that a message is in; `None`: it is in none, unless it begins one.
pub async fn root_of(db: &Db, post: &PostId) -> Result<Option<PostId>, DbError> {
    let row: Option<(Option<PostId>,)> = db
        .read(sql!("SELECT root_post_id FROM posts WHERE id = $1"))
        .bind(post.clone())
        .fetch_optional()
        .await?;
    Ok(row.and_then(|(root,)| root))
}

/// What jobs wait for that need to know which message stands at a place.
pub fn wait_key(team: &TeamId, channel: &ChannelId, ts: &SlackTs) -> String {
    format!("place:{team}:{channel}:{ts}")
}

/// Nobody else ends a copy of the message until the transaction does.
pub(super) async fn lock(tx: &mut Tx, id: &PostId) -> Result<(), DbError> {
    tx.query(sql!(
        "SELECT id FROM posts WHERE id = $1 FOR UPDATE",
        // SQLite has one writer at a time: the transaction is the lock.
        sqlite: "SELECT id FROM posts WHERE id = $1"
    ))
    .bind(id.clone())
    .fetch_one::<(PostId,)>()
    .await
    .map(drop)
}

/// A message of which only the place was known came after all. What stands for it is older than `version`.
pub async fn complete(
    tx: &mut Tx,
    id: &PostId,
    author: &Author,
    body: &Body,
    version: i64,
) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE posts SET author = $2, body = $3, digest = $4, version = $5 WHERE id = $1"
    ))
    .bind(id.clone())
    .bind(json(author))
    .bind(json(body))
    .bind(body.digest())
    .bind(version)
    .execute_one("posts", id)
    .await
}

/// The message says at `version` what it is known to say.
pub async fn still_says(tx: &mut Tx, id: &PostId, version: i64) -> Result<(), DbError> {
    tx.query(sql!("UPDATE posts SET said_at = $2 WHERE id = $1 AND said_at < $2 AND version < $2"))
        .bind(id.clone())
        .bind(version)
        .execute()
        .await
        .map(drop)
}

/// The message was edited, at `version`. `false`: what it says later than that is known, or it was deleted.
pub async fn edit(tx: &mut Tx, id: &PostId, body: &Body, version: i64) -> Result<bool, DbError> {
    let edited = tx
        .query(sql!(
            "UPDATE posts SET body = $2, digest = $3, version = $4
             WHERE id = $1 AND version < $4 AND said_at < $4 AND deleted_at IS NULL"
        ))
        .bind(id.clone())
        .bind(json(body))
        .bind(body.digest())
        .bind(version)
        .execute()
        .await?;
    Ok(edited == 1)
}

/// The message was deleted, at `version`, which is final. `false`: that is known.
pub async fn delete(
    tx: &mut Tx,
    id: &PostId,
    version: i64,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let deleted = tx
        .query(sql!(
            "UPDATE posts SET body = NULL, version = CASE WHEN version < $2 THEN $2 ELSE version + 1 END, deleted_at = $3
             WHERE id = $1 AND deleted_at IS NULL"
        ))
        .bind(id.clone())
        .bind(version)
        .bind(now)
        .execute()
        .await?;
    Ok(deleted == 1)
}

/// Whether the message is there. Then nobody deletes it until the transaction ends.
pub async fn stays(tx: &mut Tx, id: &PostId) -> Result<bool, DbError> {
    let found: Option<(PostId,)> = tx
        .query(sql!(
            "SELECT id FROM posts WHERE id = $1 AND deleted_at IS NULL FOR UPDATE",
            // SQLite has one writer at a time: the transaction is the lock.
            sqlite: "SELECT id FROM posts WHERE id = $1 AND deleted_at IS NULL"
        ))
        .bind(id.clone())
        .fetch_optional()
        .await?;
    Ok(found.is_some())
}

/// Whether somebody answered in the thread of this message.
pub async fn has_replies(tx: &mut Tx, root: &PostId) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!(
            "SELECT EXISTS (SELECT 1 FROM posts WHERE root_post_id = $1 AND deleted_at IS NULL)"
        ))
        .bind(root.clone())
        .fetch_one()
        .await?;
    Ok(found)
}

/// Forgets what was said once every copy has ended and shows it as it is.
pub async fn clear_body_when_delivered(tx: &mut Tx, post: &PostId) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE posts SET body = NULL WHERE id = $1
         AND NOT EXISTS (SELECT 1 FROM copies WHERE post_id = $1
                         AND (state IN ('pending', 'sending', 'dead')
                              OR (state = 'sent' AND form <> 'stub' AND version < posts.version)))"
    ))
    .bind(post.clone())
    .execute()
    .await
    .map(drop)
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value)
        .expect("these types have string keys and nothing that cannot be written")
}

//! Messages and their copies, with everything that hangs on them.

use super::Horizons;
use crate::db::{DbError, ListStatement, Tx};
use crate::ids::{CopyId, PostId};
use crate::sql;

static COPIES_OF: ListStatement =
    ListStatement::new("SELECT id FROM copies WHERE post_id IN ($list)");
static FILES: ListStatement = ListStatement::new("DELETE FROM copy_files WHERE copy_id IN ($list)");
static UNDELIVERED: ListStatement =
    ListStatement::new("DELETE FROM undelivered WHERE copy_id IN ($list)");
static ECHOES: ListStatement = ListStatement::new("DELETE FROM echoes WHERE copy_id IN ($list)");
static COPIES: ListStatement = ListStatement::new("DELETE FROM copies WHERE id IN ($list)");
static REACTIONS: ListStatement =
    ListStatement::new("DELETE FROM reactions WHERE post_id IN ($list)");
static SHOWN: ListStatement =
    ListStatement::new("DELETE FROM shown_reactions WHERE post_id IN ($list)");
static NOTICES: ListStatement =
    ListStatement::new("DELETE FROM reaction_notices WHERE post_id IN ($list)");
static AS_NOTICE: ListStatement =
    ListStatement::new("DELETE FROM reaction_notices WHERE notice_id IN ($list)");
// What was answered stands where it stands: its thread has lost its beginning, as Slack's own may.
static REPLIES: ListStatement =
    ListStatement::new("UPDATE posts SET root_post_id = NULL WHERE root_post_id IN ($list)");
static POSTS: ListStatement = ListStatement::new("DELETE FROM posts WHERE id IN ($list)");
/// As `posts::clear_body_when_delivered`: it does not wait for copies that are gone.
static BODIES: ListStatement = ListStatement::new(
    "UPDATE posts SET body = NULL WHERE id IN ($list) AND body IS NOT NULL
     AND (SELECT COUNT(*) FROM copies WHERE copies.post_id = posts.id
          AND (copies.state IN ('pending', 'sending', 'dead')
               OR (copies.state = 'sent' AND copies.form <> 'stub' AND copies.version < posts.version))) = 0",
);

pub(super) static LISTS: [&ListStatement; 12] = [
    &COPIES_OF,
    &FILES,
    &UNDELIVERED,
    &ECHOES,
    &COPIES,
    &REACTIONS,
    &SHOWN,
    &NOTICES,
    &AS_NOTICE,
    &REPLIES,
    &POSTS,
    &BODIES,
];

/// Messages that follow each other by their ids.
#[derive(Debug, Clone)]
pub struct Page {
    /// The last one before it; empty: it is the first page.
    pub behind: String,
    /// The last one in it.
    pub last: PostId,
}

/// The next `most` messages behind one that were routed before a time. `None`: there are no more.
pub async fn page(
    tx: &mut Tx,
    behind: &str,
    before: chrono::DateTime<chrono::Utc>,
    most: i64,
) -> Result<Option<Page>, DbError> {
    let (last,): (Option<PostId>,) = tx
        .query(sql!(
            "SELECT MAX(id) FROM (SELECT id FROM posts WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3) AS page"
        ))
        .bind(behind.to_owned())
        .bind(PostId::first_at(before))
        .bind(most)
        .fetch_one()
        .await?;
    Ok(last.map(|last| Page { behind: behind.to_owned(), last }))
}

/// The messages of a page of which nothing was heard since the horizon: neither changed nor answered nor reacted
/// to, and no copy is still to be made. A line that says who reacted stays as long as the message that it is about, or
/// it would be said again. What a workspace had whose time is over goes with it. Nobody answers them until the
/// transaction ends.
pub async fn idle(tx: &mut Tx, page: &Page, horizons: &Horizons) -> Result<Vec<PostId>, DbError> {
    let rows: Vec<(PostId,)> = tx
        .query(sql!(
            // Counted for each message of the page: NOT EXISTS may become a join with a whole table.
            "SELECT posts.id FROM posts
             WHERE posts.id > $1 AND posts.id <= $2 AND posts.version < $4 AND posts.said_at < $4
               AND posts.workspace_id NOT IN (SELECT id FROM workspaces WHERE deleted_at <= $5)
               AND (SELECT COUNT(*) FROM copies WHERE copies.post_id = posts.id AND copies.state IN ('pending', 'sending')) = 0
               AND (SELECT COUNT(*) FROM posts AS reply WHERE reply.root_post_id = posts.id AND reply.id >= $3) = 0
               AND (SELECT COUNT(*) FROM reactions WHERE reactions.post_id = posts.id AND reactions.version >= $4) = 0
               AND (SELECT COUNT(*) FROM reaction_notices WHERE reaction_notices.notice_id = posts.id) = 0
             ORDER BY posts.id FOR UPDATE",
            // SQLite has one writer at a time: the transaction is the lock.
            sqlite: "SELECT posts.id FROM posts
             WHERE posts.id > $1 AND posts.id <= $2 AND posts.version < $4 AND posts.said_at < $4
               AND posts.workspace_id NOT IN (SELECT id FROM workspaces WHERE deleted_at <= $5)
               AND (SELECT COUNT(*) FROM copies WHERE copies.post_id = posts.id AND copies.state IN ('pending', 'sending')) = 0
               AND (SELECT COUNT(*) FROM posts AS reply WHERE reply.root_post_id = posts.id AND reply.id >= $3) = 0
               AND (SELECT COUNT(*) FROM reactions WHERE reactions.post_id = posts.id AND reactions.version >= $4) = 0
               AND (SELECT COUNT(*) FROM reaction_notices WHERE reaction_notices.notice_id = posts.id) = 0
             ORDER BY posts.id"
        ))
        .bind(page.behind.clone())
        .bind(page.last.clone())
        .bind(PostId::first_at(horizons.records()))
        .bind(horizons.records().timestamp_micros())
        .bind(horizons.workspaces())
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Forgets messages, their copies, and what people reacted to them. In Slack they stay. Says how many there were.
pub async fn forget(tx: &mut Tx, posts: &[PostId]) -> Result<u64, DbError> {
    let copies: Vec<(CopyId,)> = COPIES_OF.fetch_all(tx, posts).await?;
    forget_copies(tx, &copies.into_iter().map(|(id,)| id).collect::<Vec<_>>()).await?;
    for statement in [&REACTIONS, &SHOWN, &NOTICES, &AS_NOTICE, &REPLIES] {
        statement.execute(tx, posts).await?;
    }
    POSTS.execute(tx, posts).await
}

/// Forgets copies alone, with what hangs on them.
pub(super) async fn forget_copies(tx: &mut Tx, copies: &[CopyId]) -> Result<u64, DbError> {
    for statement in [&FILES, &UNDELIVERED, &ECHOES] {
        statement.execute(tx, copies).await?;
    }
    COPIES.execute(tx, copies).await
}

/// Forgets what these messages say, as far as no copy waits for it any more.
pub(super) async fn clear_bodies(tx: &mut Tx, posts: &[PostId]) -> Result<u64, DbError> {
    BODIES.execute(tx, posts).await
}

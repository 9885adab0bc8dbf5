//! What people wrote and could not be delivered. A copy that died keeps what its message says, so that an operator
//! can replay its job; a job that can be replayed no longer needs nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{Horizons, Page};
use crate::db::{DbError, ListStatement, Tx};
use crate::ids::{CopyId, PostId};
use crate::jobs::{deliver_copy, deliver_files};
use crate::sql;

static DEAD_COPIES: ListStatement = ListStatement::new(
    "SELECT post_id, id FROM copies WHERE post_id IN ($list) AND state = 'dead'",
);
static REPLAYABLE: ListStatement = ListStatement::new(
    "SELECT dedup_key FROM jobs WHERE dedup_key IN ($list) AND payload IS NOT NULL",
);
static FORGET: ListStatement =
    ListStatement::new("UPDATE posts SET body = NULL WHERE id IN ($list)");

pub(super) static LISTS: [&ListStatement; 3] = [&DEAD_COPIES, &REPLAYABLE, &FORGET];

/// The messages of a page whose words nobody will need: no copy is under way, no job of a dead one can be replayed,
/// and no pause keeps a change of it back, nor did until lately. What was said in a workspace whose time is over, or for
/// it, goes with it.
pub async fn forgettable(
    tx: &mut Tx,
    page: &Page,
    horizons: &Horizons,
) -> Result<Vec<PostId>, DbError> {
    let rows: Vec<(PostId,)> = tx
        .query(sql!(
            // Counted for each message of the page: NOT EXISTS may become a join with a whole table.
            "SELECT posts.id FROM posts
             WHERE posts.id > $1 AND posts.id <= $2 AND posts.body IS NOT NULL
               AND posts.version < $3 AND posts.said_at < $3
               AND posts.workspace_id NOT IN (SELECT id FROM workspaces WHERE deleted_at <= $4)
               AND (SELECT COUNT(*) FROM copies JOIN workspaces ON workspaces.id = copies.workspace_id
                    WHERE copies.post_id = posts.id AND workspaces.deleted_at <= $4) = 0
               AND (SELECT COUNT(*) FROM copies WHERE copies.post_id = posts.id AND copies.state IN ('pending', 'sending')) = 0
               AND (SELECT COUNT(*) FROM sync_channels AS origin JOIN pauses ON pauses.sync_channel_id = origin.id
                    WHERE origin.workspace_id = posts.workspace_id AND origin.channel_id = posts.channel_id
                      AND (pauses.until_micros IS NULL OR pauses.until_micros >= $3)) = 0
               AND (SELECT COUNT(*) FROM copies
                    JOIN sync_channels AS target ON target.workspace_id = copies.workspace_id
                         AND target.channel_id = copies.channel_id
                    JOIN pauses ON pauses.sync_channel_id = target.id
                    WHERE copies.post_id = posts.id AND (pauses.until_micros IS NULL OR pauses.until_micros >= $3)) = 0
             ORDER BY posts.id"
        ))
        .bind(page.behind.clone())
        .bind(page.last.clone())
        .bind(horizons.undelivered().timestamp_micros())
        .bind(horizons.workspaces())
        .fetch_all()
        .await?;
    let found: Vec<PostId> = rows.into_iter().map(|(id,)| id).collect();
    let dead: Vec<(PostId, CopyId)> = DEAD_COPIES.fetch_all(tx, &found).await?;
    let mut posts = BTreeMap::new();
    for (post, copy) in dead {
        let [quick, apart] = deliver_files::dedup_keys(&copy);
        for key in [deliver_copy::dedup_key(&copy), quick, apart] {
            posts.insert(key, post.clone());
        }
    }
    let keys: Vec<String> = posts.keys().cloned().collect();
    let replayable: Vec<(String,)> = REPLAYABLE.fetch_all(tx, &keys).await?;
    let needed: BTreeSet<&PostId> = replayable.iter().filter_map(|(key,)| posts.get(key)).collect();
    Ok(found.into_iter().filter(|post| !needed.contains(post)).collect())
}

/// Forgets what these messages say.
pub async fn forget(tx: &mut Tx, posts: &[PostId]) -> Result<u64, DbError> {
    FORGET.execute(tx, posts).await
}

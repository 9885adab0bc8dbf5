//! Everything that a workspace had. It is locked in each step: one that is installed again in between keeps what
//! it still has.

use chrono::{DateTime, Utc};

use super::bounded::Bounded;
use super::records;
use crate::db::{Db, DbError, ListStatement, Tx};
use crate::ids::{CopyId, JobId, PostId, SyncChannelId, SyncId, TeamId, WorkspaceId};
use crate::sql;

/// Rows that refer to a workspace and to which nothing refers, in an order that no other minds. Messages, copies
/// and channels come before them, by functions of their own.
pub(super) static ROWS: [Bounded; 15] = [
    Bounded::new("reaction_notices", "workspace_id = $1"),
    Bounded::new("reaction_notices", "from_workspace_id = $1"),
    Bounded::new("shown_reactions", "workspace_id = $1"),
    Bounded::new("reactions", "workspace_id = $1"),
    Bounded::new("copy_files", "workspace_id = $1"),
    Bounded::new("echoes", "workspace_id = $1"),
    Bounded::new("gaps", "workspace_id = $1"),
    Bounded::new("channel_moves", "workspace_id = $1"),
    Bounded::new("user_tokens", "workspace_id = $1"),
    Bounded::new("user_mappings", "workspace_id = $1"),
    Bounded::new("user_mappings", "target_workspace_id = $1"),
    Bounded::new("people", "workspace_id = $1"),
    Bounded::new("directories", "workspace_id = $1"),
    Bounded::new("admins", "workspace_id = $1"),
    Bounded::new("installations", "workspace_id = $1"),
];

static PAUSES: ListStatement =
    ListStatement::new("DELETE FROM pauses WHERE sync_channel_id IN ($list)");
static CHANNELS: ListStatement =
    ListStatement::new("DELETE FROM sync_channels WHERE id IN ($list)");
static CHANNELS_OF_SYNCS: ListStatement =
    ListStatement::new("SELECT id FROM sync_channels WHERE sync_id IN ($list)");
static SYNCS: ListStatement = ListStatement::new("DELETE FROM syncs WHERE id IN ($list)");

pub(super) static LISTS: [&ListStatement; 4] = [&PAUSES, &CHANNELS, &CHANNELS_OF_SYNCS, &SYNCS];

/// A workspace whose time is over.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Due {
    /// Our id.
    pub id: WorkspaceId,
    /// Slack's id.
    pub team_id: TeamId,
    /// Its name, as people know it.
    pub name: String,
    /// Since when it is uninstalled.
    pub deleted_at: DateTime<Utc>,
}

/// The workspaces that were uninstalled until then, the first one first.
pub async fn list_due(db: &Db, until: DateTime<Utc>, most: i64) -> Result<Vec<Due>, DbError> {
    db.read(sql!(
        "SELECT id, team_id, name, deleted_at FROM workspaces WHERE deleted_at <= $1 ORDER BY deleted_at, id LIMIT $2"
    ))
    .bind(until)
    .bind(most)
    .fetch_all()
    .await
}

/// The next one of them. Nobody installs it until the transaction ends.
pub async fn due(tx: &mut Tx, until: DateTime<Utc>) -> Result<Option<Due>, DbError> {
    tx.query(sql!(
        "SELECT id, team_id, name, deleted_at FROM workspaces WHERE deleted_at <= $1
         ORDER BY deleted_at, id LIMIT 1 FOR UPDATE",
        // SQLite has one writer at a time: the transaction is the lock.
        sqlite: "SELECT id, team_id, name, deleted_at FROM workspaces WHERE deleted_at <= $1
         ORDER BY deleted_at, id LIMIT 1"
    ))
    .bind(until)
    .fetch_optional()
    .await
}

/// As [`due`], for one. `None`: it was installed again, or is gone.
pub async fn is_still_due(
    tx: &mut Tx,
    id: &WorkspaceId,
    until: DateTime<Utc>,
) -> Result<Option<Due>, DbError> {
    tx.query(sql!(
        "SELECT id, team_id, name, deleted_at FROM workspaces WHERE id = $1 AND deleted_at <= $2 FOR UPDATE",
        // SQLite has one writer at a time: the transaction is the lock.
        sqlite: "SELECT id, team_id, name, deleted_at FROM workspaces WHERE id = $1 AND deleted_at <= $2"
    ))
    .bind(id.clone())
    .bind(until)
    .fetch_optional()
    .await
}

/// How many messages were said there.
pub async fn count_posts(db: &Db, id: &WorkspaceId) -> Result<i64, DbError> {
    let (count,) = db
        .read(sql!("SELECT COUNT(*) FROM posts WHERE workspace_id = $1"))
        .bind(id.clone())
        .fetch_one()
        .await?;
    Ok(count)
}

/// Its channels take part in nothing any more, nor do those that are left alone by that; nothing is held for it.
pub async fn end_syncs(tx: &mut Tx, workspace: &Due) -> Result<(), DbError> {
    tx.query(sql!("UPDATE sync_channels SET status = 'deleted' WHERE workspace_id = $1"))
        .bind(workspace.id.clone())
        .execute()
        .await?;
    tx.query(sql!(
        // Asked through a table of its own: MySQL does not read what it is changing.
        "UPDATE sync_channels SET status = 'deleted' WHERE status = 'active' AND sync_id IN (
             SELECT sync_id FROM (
                 SELECT own.sync_id FROM sync_channels AS own WHERE own.workspace_id = $1
                 AND (SELECT COUNT(*) FROM sync_channels AS others
                      WHERE others.sync_id = own.sync_id AND others.status = 'active') < 2) AS ended)"
    ))
    .bind(workspace.id.clone())
    .execute()
    .await?;
    let team = &workspace.team_id;
    for statement in [
        sql!("DELETE FROM holds WHERE scope = $1 OR scope LIKE $2 OR scope LIKE $3"),
        sql!("DELETE FROM troubles WHERE scope = $1 OR scope LIKE $2 OR scope LIKE $3"),
    ] {
        tx.query(statement)
            .bind(format!("team:{team}"))
            .bind(format!("channel:{team}:%"))
            .bind(format!("method:{team}:%"))
            .execute()
            .await?;
    }
    Ok(())
}

/// The last of the next `most` jobs of whomever behind one; `None`: there are no more.
pub async fn job_page(tx: &mut Tx, behind: &str, most: i64) -> Result<Option<JobId>, DbError> {
    let (last,) = tx
        .query(sql!(
            "SELECT MAX(id) FROM (SELECT id FROM jobs WHERE id > $1 ORDER BY id LIMIT $2) AS page"
        ))
        .bind(behind.to_owned())
        .bind(most)
        .fetch_one()
        .await?;
    Ok(last)
}

/// Forgets the jobs of its lanes in a page of jobs, but for those that are being run, and for what brings the
/// workspace back.
pub async fn forget_jobs(
    tx: &mut Tx,
    team: &TeamId,
    behind: &str,
    last: &JobId,
) -> Result<u64, DbError> {
    tx.query(sql!(
        "DELETE FROM jobs WHERE id > $1 AND id <= $2 AND (lane LIKE $3 OR lane LIKE $4)
         AND kind <> 'install_workspace'
         AND NOT EXISTS (SELECT 1 FROM lanes WHERE lanes.lane = jobs.lane AND lanes.owner IS NOT NULL)"
    ))
    .bind(behind.to_owned())
    .bind(last.clone())
    .bind(format!("%:{team}"))
    .bind(format!("%:{team}:%"))
    .execute()
    .await
}

/// Forgets `most` rows of whatever it has left; 0: nothing is left but the workspace itself.
pub async fn forget_rows(tx: &mut Tx, id: &WorkspaceId, most: i64) -> Result<u64, DbError> {
    let copies: Vec<(CopyId, PostId)> = tx
        .query(sql!("SELECT id, post_id FROM copies WHERE workspace_id = $1 LIMIT $2"))
        .bind(id.clone())
        .bind(most)
        .fetch_all()
        .await?;
    if !copies.is_empty() {
        let (copies, posts): (Vec<CopyId>, Vec<PostId>) = copies.into_iter().unzip();
        let forgotten = records::forget_copies(tx, &copies).await?;
        records::clear_bodies(tx, &posts).await?;
        return Ok(forgotten);
    }
    let posts: Vec<(PostId,)> = tx
        .query(sql!(
            "SELECT id FROM posts WHERE workspace_id = $1 ORDER BY channel_id, ts LIMIT $2 FOR UPDATE",
            // SQLite has one writer at a time: the transaction is the lock.
            sqlite: "SELECT id FROM posts WHERE workspace_id = $1 ORDER BY channel_id, ts LIMIT $2"
        ))
        .bind(id.clone())
        // Each has copies, and what people reacted to it.
        .bind((most / 4).max(1))
        .fetch_all()
        .await?;
    if !posts.is_empty() {
        let posts: Vec<PostId> = posts.into_iter().map(|(id,)| id).collect();
        return records::forget(tx, &posts).await;
    }
    for rows in &ROWS {
        let forgotten = tx.query(rows.delete()).bind(id.clone()).bind(most).execute().await?;
        if forgotten > 0 {
            return Ok(forgotten);
        }
    }
    let channels: Vec<(SyncChannelId,)> = tx
        .query(sql!("SELECT id FROM sync_channels WHERE workspace_id = $1 LIMIT $2"))
        .bind(id.clone())
        .bind(most)
        .fetch_all()
        .await?;
    let channels: Vec<SyncChannelId> = channels.into_iter().map(|(id,)| id).collect();
    PAUSES.execute(tx, &channels).await?;
    CHANNELS.execute(tx, &channels).await
}

/// Forgets the workspace itself, which has nothing left.
pub async fn finish(tx: &mut Tx, id: &WorkspaceId) -> Result<(), DbError> {
    tx.query(sql!("DELETE FROM workspaces WHERE id = $1"))
        .bind(id.clone())
        .execute_one("workspaces", id)
        .await
}

/// The next `most` syncs in which no channel takes part any more.
pub async fn ended_syncs(tx: &mut Tx, most: i64) -> Result<Vec<SyncId>, DbError> {
    let rows: Vec<(SyncId,)> = tx
        .query(sql!(
            "SELECT id FROM syncs WHERE NOT EXISTS (SELECT 1 FROM sync_channels
                 WHERE sync_channels.sync_id = syncs.id AND sync_channels.status <> 'deleted') ORDER BY id LIMIT $1"
        ))
        .bind(most)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How many of them there are once the workspaces are gone that were uninstalled until then.
pub async fn count_ended_syncs(db: &Db, until: DateTime<Utc>) -> Result<i64, DbError> {
    let (count,) = db
        .read(sql!(
            // A channel that one of them leaves alone takes part no longer (`end_syncs`).
            "SELECT COUNT(*) FROM syncs
             WHERE (SELECT COUNT(*) FROM sync_channels JOIN workspaces ON workspaces.id = sync_channels.workspace_id
                    WHERE sync_channels.sync_id = syncs.id AND sync_channels.status <> 'deleted'
                      AND (workspaces.deleted_at IS NULL OR workspaces.deleted_at > $1))
                   < CASE WHEN EXISTS (SELECT 1 FROM sync_channels JOIN workspaces ON workspaces.id = sync_channels.workspace_id
                                       WHERE sync_channels.sync_id = syncs.id AND workspaces.deleted_at <= $1)
                     THEN 2 ELSE 1 END"
        ))
        .bind(until)
        .fetch_one()
        .await?;
    Ok(count)
}

/// Forgets syncs, with the channels that took part in them.
pub async fn forget_ended_syncs(tx: &mut Tx, syncs: &[SyncId]) -> Result<u64, DbError> {
    let channels: Vec<(SyncChannelId,)> = CHANNELS_OF_SYNCS.fetch_all(tx, syncs).await?;
    let channels: Vec<SyncChannelId> = channels.into_iter().map(|(id,)| id).collect();
    PAUSES.execute(tx, &channels).await?;
    CHANNELS.execute(tx, &channels).await?;
    SYNCS.execute(tx, syncs).await
}

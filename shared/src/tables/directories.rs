//! When everybody who is in a workspace was read last.

use chrono::{DateTime, Utc};

use crate::db::{Db, DbError, Tx};
use crate::ids::{TeamId, WorkspaceId};
use crate::sql;

/// When a workspace's directory was read to its end; `None`: never.
pub async fn read_at(db: &Db, workspace: &WorkspaceId) -> Result<Option<DateTime<Utc>>, DbError> {
    let row: Option<(DateTime<Utc>,)> = db
        .read(sql!("SELECT read_at FROM directories WHERE workspace_id = $1"))
        .bind(workspace.clone())
        .fetch_optional()
        .await?;
    Ok(row.map(|(read_at,)| read_at))
}

/// It was read to its end: whoever is not in it is no member.
pub async fn mark_read(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO directories (workspace_id, read_at) VALUES ($1, $2)
         ON CONFLICT (workspace_id) DO UPDATE SET read_at = $2",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO directories (workspace_id, read_at) VALUES ($1, $2) ON DUPLICATE KEY UPDATE read_at = $2"
    ))
    .bind(workspace.clone())
    .bind(at)
    .execute()
    .await
    .map(drop)
}

/// Workspaces that were installed before one time, and whose directory was not read since another.
pub async fn unread_since(
    tx: &mut Tx,
    installed_before: DateTime<Utc>,
    since: DateTime<Utc>,
) -> Result<Vec<(WorkspaceId, TeamId)>, DbError> {
    tx.query(sql!(
        "SELECT workspaces.id, workspaces.team_id FROM workspaces
         JOIN installations ON installations.workspace_id = workspaces.id
         LEFT JOIN directories ON directories.workspace_id = workspaces.id
         WHERE workspaces.deleted_at IS NULL AND (directories.read_at IS NULL OR directories.read_at < $1)
           AND installations.installed_at < $2
         ORDER BY workspaces.id"
    ))
    .bind(since)
    .bind(installed_before)
    .fetch_all()
    .await
}

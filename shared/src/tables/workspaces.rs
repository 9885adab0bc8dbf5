//! Slack workspaces that are, or were, installed on this instance.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Tx};
use crate::ids::{TeamId, WorkspaceId};
use crate::sql;

/// One workspace.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Workspace {
    /// Our id.
    pub id: WorkspaceId,
    /// Slack's id.
    pub team_id: TeamId,
    /// Its name, as people know it.
    pub name: String,
}

/// The live workspace of a Slack team.
pub async fn by_team(tx: &mut Tx, team: &TeamId) -> Result<Option<Workspace>, DbError> {
    tx.query(sql!(
        "SELECT id, team_id, name FROM workspaces WHERE team_id = $1 AND deleted_at IS NULL"
    ))
    .bind(team.clone())
    .fetch_optional()
    .await
}

/// The live workspace of an id.
pub async fn of(tx: &mut Tx, id: &WorkspaceId) -> Result<Option<Workspace>, DbError> {
    tx.query(sql!("SELECT id, team_id, name FROM workspaces WHERE id = $1 AND deleted_at IS NULL"))
        .bind(id.clone())
        .fetch_optional()
        .await
}

/// The workspace of a Slack team, installed or not.
pub async fn any_by_team(tx: &mut Tx, team: &TeamId) -> Result<Option<Workspace>, DbError> {
    tx.query(sql!("SELECT id, team_id, name FROM workspaces WHERE team_id = $1"))
        .bind(team.clone())
        .fetch_optional()
        .await
}

/// Stores a workspace that was installed; one that is known keeps its id and gets the name.
pub async fn upsert(tx: &mut Tx, workspace: &Workspace, now: DateTime<Utc>) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO workspaces (id, team_id, name, created_at, deleted_at) VALUES ($1, $2, $3, $4, NULL)
         ON CONFLICT (team_id) DO UPDATE SET name = $3, deleted_at = NULL",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO workspaces (id, team_id, name, created_at, deleted_at) VALUES ($1, $2, $3, $4, NULL)
         ON DUPLICATE KEY UPDATE name = $3, deleted_at = NULL"
    ))
    .bind(workspace.id.clone())
    .bind(workspace.team_id.clone())
    .bind(workspace.name.clone())
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Since when a workspace is uninstalled; `None`: it is installed, or was never.
pub async fn uninstalled_since(
    tx: &mut Tx,
    team: &TeamId,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let row: Option<(DateTime<Utc>,)> = tx
        .query(sql!(
            "SELECT deleted_at FROM workspaces WHERE team_id = $1 AND deleted_at IS NOT NULL"
        ))
        .bind(team.clone())
        .fetch_optional()
        .await?;
    Ok(row.map(|(since,)| since))
}

/// The workspace has uninstalled the app. `false`: that is known.
pub async fn mark_uninstalled(
    tx: &mut Tx,
    id: &WorkspaceId,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let marked = tx
        .query(sql!("UPDATE workspaces SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL"))
        .bind(id.clone())
        .bind(now)
        .execute()
        .await?;
    Ok(marked == 1)
}

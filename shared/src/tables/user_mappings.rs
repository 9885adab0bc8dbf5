//! Who a person of one workspace is in another. Ids alone say nothing: two workspaces may have the same one.

use chrono::{DateTime, Utc};

use crate::db::{Db, DbError, Query, Tx};
use crate::ids::{UserId, WorkspaceId};
use crate::sql;

/// A person of one workspace in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserMapping {
    /// The workspace that they are of.
    pub workspace_id: WorkspaceId,
    /// Who they are there.
    pub user_id: UserId,
    /// The other workspace.
    pub target_workspace_id: WorkspaceId,
    /// Who they are in it. `None`: nobody, whatever a search finds.
    pub target_user_id: Option<UserId>,
    /// Somebody decided it; no search changes it.
    pub is_manual: bool,
}

/// Who a person of one workspace is in another; `None`: nobody that is known.
pub async fn get(
    db: &Db,
    workspace: &WorkspaceId,
    user: &UserId,
    target: &WorkspaceId,
) -> Result<Option<UserId>, DbError> {
    let row: Option<(Option<UserId>,)> = db
        .read(sql!(
            "SELECT target_user_id FROM user_mappings WHERE workspace_id = $1 AND user_id = $2 AND target_workspace_id = $3"
        ))
        .bind(workspace.clone())
        .bind(user.clone())
        .bind(target.clone())
        .fetch_optional()
        .await?;
    Ok(row.and_then(|(target,)| target))
}

/// Says who a person is in another workspace. `false`: somebody decided otherwise, and this is not manual.
pub async fn set(tx: &mut Tx, mapping: &UserMapping, now: DateTime<Utc>) -> Result<bool, DbError> {
    let update = tx.query(sql!(
        "UPDATE user_mappings SET target_user_id = $4, is_manual = $5, updated_at = $6
         WHERE workspace_id = $1 AND user_id = $2 AND target_workspace_id = $3 AND (NOT is_manual OR $5)"
    ));
    if mapping.bind_to(update, now).execute().await? == 1 {
        return Ok(true);
    }
    let insert = tx.query(sql!(
        "INSERT INTO user_mappings (workspace_id, user_id, target_workspace_id, target_user_id, is_manual, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO user_mappings (workspace_id, user_id, target_workspace_id, target_user_id, is_manual, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    ));
    mapping.bind_to(insert, now).insert_new().await
}

impl UserMapping {
    /// Every column, in the order of the table.
    fn bind_to<'q>(&self, query: Query<'q>, now: DateTime<Utc>) -> Query<'q> {
        query
            .bind(self.workspace_id.clone())
            .bind(self.user_id.clone())
            .bind(self.target_workspace_id.clone())
            .bind(self.target_user_id.clone())
            .bind(self.is_manual)
            .bind(now)
    }
}

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

/// What is known of who somebody is in another workspace.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Known {
    /// Who they are there. `None`: nobody.
    pub target_user_id: Option<UserId>,
    /// Somebody decided it; no search changes it.
    pub is_manual: bool,
    /// When it was found or decided.
    pub updated_at: DateTime<Utc>,
}

/// Who a person of one workspace is in another; `None`: nobody has looked so far.
pub async fn get(
    db: &Db,
    workspace: &WorkspaceId,
    user: &UserId,
    target: &WorkspaceId,
) -> Result<Option<Known>, DbError> {
    db.read(sql!(
        "SELECT target_user_id, is_manual, updated_at FROM user_mappings
         WHERE workspace_id = $1 AND user_id = $2 AND target_workspace_id = $3"
    ))
    .bind(workspace.clone())
    .bind(user.clone())
    .bind(target.clone())
    .fetch_optional()
    .await
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

/// Somebody of a workspace has another e-mail address now, or none: what was found about them, from there or to
/// there, is to be looked for anew; so are those of other workspaces who have that address and were looked for
/// there in vain. What somebody decided stays.
pub(super) async fn forget_found(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    user: &UserId,
    email: Option<&str>,
) -> Result<(), DbError> {
    tx.query(sql!(
        "DELETE FROM user_mappings WHERE NOT is_manual AND workspace_id = $1 AND user_id = $2"
    ))
    .bind(workspace.clone())
    .bind(user.clone())
    .execute()
    .await?;
    tx.query(sql!(
        "DELETE FROM user_mappings WHERE NOT is_manual AND target_workspace_id = $1 AND target_user_id = $2"
    ))
    .bind(workspace.clone())
    .bind(user.clone())
    .execute()
    .await?;
    let Some(email) = email else { return Ok(()) };
    tx.query(sql!(
        "DELETE FROM user_mappings WHERE NOT is_manual AND target_workspace_id = $1
         AND EXISTS (SELECT 1 FROM people WHERE people.workspace_id = user_mappings.workspace_id
                     AND people.user_id = user_mappings.user_id AND people.email = $2)"
    ))
    .bind(workspace.clone())
    .bind(email)
    .execute()
    .await
    .map(drop)
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

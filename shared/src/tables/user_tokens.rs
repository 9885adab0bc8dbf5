//! People who let SyncBot speak in their own name, with their sealed tokens.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::crypto::{Place, SealError, Sealer};
use crate::db::{Db, DbError, Tx};
use crate::ids::{UserId, WorkspaceId};
use crate::sql;

/// What somebody lets SyncBot do in their name.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UserToken {
    /// The workspace that they are of.
    pub workspace_id: WorkspaceId,
    /// Who.
    pub user_id: UserId,
    token: String,
    /// Scopes that were granted, separated by commas.
    pub scopes: String,
}

fn seal_place(row: &str) -> Place<'_> {
    Place { table: "user_tokens", column: "token", row }
}

fn row_of(workspace: &WorkspaceId, user: &UserId) -> String {
    format!("{workspace}:{user}")
}

impl UserToken {
    /// A token that is sealed from the start.
    pub fn new(
        workspace_id: WorkspaceId,
        user_id: UserId,
        token: &SecretString,
        scopes: String,
        sealer: &Sealer,
    ) -> Self {
        let token = sealer.seal(seal_place(&row_of(&workspace_id, &user_id)), token);
        Self { workspace_id, user_id, token, scopes }
    }

    /// The token itself.
    pub fn token(&self, sealer: &Sealer) -> Result<SecretString, SealError> {
        sealer.unseal(seal_place(&row_of(&self.workspace_id, &self.user_id)), &self.token)
    }

    /// Whether a scope was granted.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.split(',').any(|granted| granted == scope)
    }
}

/// What somebody of an installed workspace lets SyncBot do in their name.
pub async fn of(
    db: &Db,
    workspace: &WorkspaceId,
    user: &UserId,
) -> Result<Option<UserToken>, DbError> {
    db.read(sql!(
        "SELECT workspace_id, user_id, token, scopes FROM user_tokens
         JOIN workspaces ON workspaces.id = user_tokens.workspace_id
         WHERE workspace_id = $1 AND user_id = $2 AND workspaces.deleted_at IS NULL"
    ))
    .bind(workspace.clone())
    .bind(user.clone())
    .fetch_optional()
    .await
}

/// Stores a token over the one that was there.
pub async fn upsert(tx: &mut Tx, token: &UserToken, now: DateTime<Utc>) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO user_tokens (workspace_id, user_id, token, scopes, authorized_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, user_id) DO UPDATE SET token = $3, scopes = $4, authorized_at = $5",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO user_tokens (workspace_id, user_id, token, scopes, authorized_at) VALUES ($1, $2, $3, $4, $5)
         ON DUPLICATE KEY UPDATE token = $3, scopes = $4, authorized_at = $5"
    ))
    .bind(token.workspace_id.clone())
    .bind(token.user_id.clone())
    .bind(token.token.clone())
    .bind(token.scopes.clone())
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Forgets a token that no longer works. Another one that was stored meanwhile stays.
pub async fn forget(tx: &mut Tx, token: &UserToken) -> Result<(), DbError> {
    tx.query(sql!(
        "DELETE FROM user_tokens WHERE workspace_id = $1 AND user_id = $2 AND token = $3"
    ))
    .bind(token.workspace_id.clone())
    .bind(token.user_id.clone())
    .bind(token.token.clone())
    .execute()
    .await
    .map(drop)
}

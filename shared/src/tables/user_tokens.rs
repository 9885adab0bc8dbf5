//! People who let SyncBot speak in their own name, with their sealed tokens.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::crypto::{SealError, Sealer};
use crate::db::{Db, DbError, Tx};
use crate::grant::{Grant, Renewal, Sealed};
use crate::ids::{UserId, WorkspaceId};
use crate::sql;
use crate::tables::sealing_keys;

const TABLE: &str = "user_tokens";

/// What somebody lets SyncBot do in their name.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct UserToken {
    /// The workspace that they are of.
    pub workspace_id: WorkspaceId,
    /// Who.
    pub user_id: UserId,
    #[sqlx(flatten)]
    grant: Sealed,
}

impl UserToken {
    /// A token that is sealed from the start.
    pub fn new(workspace_id: WorkspaceId, user_id: UserId, grant: &Grant, sealer: &Sealer) -> Self {
        let grant = Sealed::new(grant, TABLE, &row_of(&workspace_id, &user_id), sealer);
        Self { workspace_id, user_id, grant }
    }

    /// The token itself.
    pub fn token(&self, sealer: &Sealer) -> Result<SecretString, SealError> {
        self.grant.token(TABLE, &row_of(&self.workspace_id, &self.user_id), sealer)
    }

    /// How the token is renewed, if it has to be.
    pub fn renewal(&self, sealer: &Sealer) -> Result<Option<Renewal>, SealError> {
        self.grant.renewal(TABLE, &row_of(&self.workspace_id, &self.user_id), sealer)
    }

    /// When the token ends, if it can be renewed then; `None`: when it is revoked, or for good.
    pub fn renewed_by(&self) -> Option<DateTime<Utc>> {
        self.grant.renewed_by()
    }

    /// Whether a scope was granted.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().split(',').any(|granted| granted == scope)
    }

    /// What they granted, as Slack writes it: separated by commas.
    pub fn scopes(&self) -> &str {
        &self.grant.scopes
    }
}

/// A token is sealed for its row: copied to another, it does not open.
fn row_of(workspace: &WorkspaceId, user: &UserId) -> String {
    format!("{workspace}:{user}")
}

/// What somebody of an installed workspace lets SyncBot do in their name.
pub async fn of(
    db: &Db,
    workspace: &WorkspaceId,
    user: &UserId,
) -> Result<Option<UserToken>, DbError> {
    db.read(sql!(
        "SELECT workspace_id, user_id, token, scopes, refresh_token, expires_at FROM user_tokens
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
    sealing_keys::keep(tx, &token.grant.token).await?;
    tx.query(sql!(
        "INSERT INTO user_tokens (workspace_id, user_id, token, scopes, refresh_token, expires_at, authorized_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (workspace_id, user_id)
         DO UPDATE SET token = $3, scopes = $4, refresh_token = $5, expires_at = $6, authorized_at = $7",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO user_tokens (workspace_id, user_id, token, scopes, refresh_token, expires_at, authorized_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON DUPLICATE KEY UPDATE token = $3, scopes = $4, refresh_token = $5, expires_at = $6, authorized_at = $7"
    ))
    .bind(token.workspace_id.clone())
    .bind(token.user_id.clone())
    .bind(token.grant.token.clone())
    .bind(token.grant.scopes.clone())
    .bind(token.grant.refresh_token.clone())
    .bind(token.grant.expires_at)
    .bind(now)
    .execute()
    .await
    .map(drop)
}

/// Stores the token that another one was renewed to. `false`: that one stands there no longer.
pub async fn renew(
    tx: &mut Tx,
    token: &UserToken,
    grant: &Grant,
    sealer: &Sealer,
) -> Result<bool, DbError> {
    let (workspace, user) = (&token.workspace_id, &token.user_id);
    let renewed = Sealed::new(grant, TABLE, &row_of(workspace, user), sealer);
    sealing_keys::keep(tx, &renewed.token).await?;
    let stored = tx
        .query(sql!(
            "UPDATE user_tokens SET token = $4, scopes = $5, refresh_token = $6, expires_at = $7
             WHERE workspace_id = $1 AND user_id = $2 AND refresh_token = $3"
        ))
        .bind(workspace.clone())
        .bind(user.clone())
        .bind(token.grant.refresh_token.clone())
        .bind(renewed.token)
        .bind(renewed.scopes)
        .bind(renewed.refresh_token)
        .bind(renewed.expires_at)
        .execute()
        .await?;
    Ok(stored == 1)
}

/// A token cannot be renewed any more, and works until it ends. `false`: it stands there no longer.
pub async fn end_renewal(tx: &mut Tx, token: &UserToken) -> Result<bool, DbError> {
    let ended = tx
        .query(sql!(
            "UPDATE user_tokens SET refresh_token = NULL WHERE workspace_id = $1 AND user_id = $2 AND refresh_token = $3"
        ))
        .bind(token.workspace_id.clone())
        .bind(token.user_id.clone())
        .bind(token.grant.refresh_token.clone())
        .execute()
        .await?;
    Ok(ended == 1)
}

/// People whose token ends before a time and can be renewed; those that end first, at most `most`.
pub async fn ending_before(
    tx: &mut Tx,
    before: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(WorkspaceId, UserId)>, DbError> {
    tx.query(sql!(
        "SELECT workspace_id, user_id FROM user_tokens WHERE expires_at < $1 AND refresh_token IS NOT NULL
         ORDER BY expires_at, workspace_id, user_id LIMIT $2"
    ))
    .bind(before)
    .bind(most)
    .fetch_all()
    .await
}

/// Forgets a token that no longer works. Another one that was stored meanwhile stays.
pub async fn forget(tx: &mut Tx, token: &UserToken) -> Result<(), DbError> {
    tx.query(sql!(
        "DELETE FROM user_tokens WHERE workspace_id = $1 AND user_id = $2 AND token = $3"
    ))
    .bind(token.workspace_id.clone())
    .bind(token.user_id.clone())
    .bind(token.grant.token.clone())
    .execute()
    .await
    .map(drop)
}

/// Somebody took back, by then, what they let SyncBot do. What they gave later stays.
pub async fn revoke(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    user: &UserId,
    by: DateTime<Utc>,
) -> Result<bool, DbError> {
    let revoked = tx
        .query(sql!(
            "DELETE FROM user_tokens WHERE workspace_id = $1 AND user_id = $2 AND authorized_at <= $3"
        ))
        .bind(workspace.clone())
        .bind(user.clone())
        .bind(by)
        .execute()
        .await?;
    Ok(revoked == 1)
}

/// Nobody in the workspace lets SyncBot speak for them any more.
pub async fn revoke_all(tx: &mut Tx, workspace: &WorkspaceId) -> Result<u64, DbError> {
    tx.query(sql!("DELETE FROM user_tokens WHERE workspace_id = $1"))
        .bind(workspace.clone())
        .execute()
        .await
}

//! The bot of each workspace, with its sealed token.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::crypto::{Place, SealError, Sealer};
use crate::db::{Db, DbError, Tx};
use crate::ids::{BotId, UserId, WorkspaceId};
use crate::sql;

/// The bot of a workspace.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Installation {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The bot as a member.
    pub bot_user_id: UserId,
    /// The bot as an author.
    pub bot_id: BotId,
    token: String,
    /// Scopes that were granted, separated by commas.
    pub scopes: String,
}

fn place(workspace: &WorkspaceId) -> Place<'_> {
    Place { table: "installations", column: "token", row: workspace.as_str() }
}

impl Installation {
    /// An installation whose token is sealed from the start.
    pub fn new(
        workspace_id: WorkspaceId,
        bot_user_id: UserId,
        bot_id: BotId,
        token: &SecretString,
        scopes: String,
        sealer: &Sealer,
    ) -> Self {
        let token = sealer.seal(place(&workspace_id), token);
        Self { workspace_id, bot_user_id, bot_id, token, scopes }
    }

    /// The bot's token.
    pub fn token(&self, sealer: &Sealer) -> Result<SecretString, SealError> {
        sealer.unseal(place(&self.workspace_id), &self.token)
    }
}

/// The bot of a workspace that is installed.
pub async fn of(db: &Db, workspace: &WorkspaceId) -> Result<Option<Installation>, DbError> {
    db.read(sql!(
        "SELECT workspace_id, bot_user_id, bot_id, token, scopes FROM installations
         JOIN workspaces ON workspaces.id = installations.workspace_id
         WHERE workspace_id = $1 AND workspaces.deleted_at IS NULL"
    ))
    .bind(workspace.clone())
    .fetch_optional()
    .await
}

/// Whether somebody is the bot of a workspace.
pub async fn is_bot(tx: &mut Tx, workspace: &WorkspaceId, user: &UserId) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!("SELECT EXISTS (SELECT 1 FROM installations WHERE workspace_id = $1 AND bot_user_id = $2)"))
        .bind(workspace.clone())
        .bind(user.clone())
        .fetch_one()
        .await?;
    Ok(found)
}

/// As [`is_bot`], by the id that messages of a bot carry.
pub async fn is_bot_id(tx: &mut Tx, workspace: &WorkspaceId, bot: &BotId) -> Result<bool, DbError> {
    let (found,) = tx
        .query(sql!(
            "SELECT EXISTS (SELECT 1 FROM installations WHERE workspace_id = $1 AND bot_id = $2)"
        ))
        .bind(workspace.clone())
        .bind(bot.clone())
        .fetch_one()
        .await?;
    Ok(found)
}

/// Stores an installation over the one that was there.
pub async fn upsert(
    tx: &mut Tx,
    installation: &Installation,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO installations (workspace_id, bot_user_id, bot_id, token, scopes, installed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id) DO UPDATE SET bot_user_id = $2, bot_id = $3, token = $4, scopes = $5, installed_at = $6",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO installations (workspace_id, bot_user_id, bot_id, token, scopes, installed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON DUPLICATE KEY UPDATE bot_user_id = $2, bot_id = $3, token = $4, scopes = $5, installed_at = $6"
    ))
    .bind(installation.workspace_id.clone())
    .bind(installation.bot_user_id.clone())
    .bind(installation.bot_id.clone())
    .bind(installation.token.clone())
    .bind(installation.scopes.clone())
    .bind(now)
    .execute()
    .await
    .map(drop)
}

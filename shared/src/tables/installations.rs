//! The bot of each workspace, with its sealed token.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::crypto::{SealError, Sealer};
use crate::db::{Db, DbError, Tx};
use crate::grant::{Grant, Renewal, Sealed};
use crate::ids::{BotId, UserId, WorkspaceId};
use crate::sql;
use crate::tables::sealing_keys;

const TABLE: &str = "installations";

/// The bot of a workspace.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Installation {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The bot as a member.
    pub bot_user_id: UserId,
    /// The bot as an author.
    pub bot_id: BotId,
    /// When it was installed last.
    pub installed_at: DateTime<Utc>,
    #[sqlx(flatten)]
    grant: Sealed,
}

impl Installation {
    /// An installation whose secrets are sealed from the start.
    pub fn new(
        workspace_id: WorkspaceId,
        bot_user_id: UserId,
        bot_id: BotId,
        grant: &Grant,
        installed_at: DateTime<Utc>,
        sealer: &Sealer,
    ) -> Self {
        let grant = Sealed::new(grant, TABLE, workspace_id.as_str(), sealer);
        Self { workspace_id, bot_user_id, bot_id, installed_at, grant }
    }

    /// The bot's token.
    pub fn token(&self, sealer: &Sealer) -> Result<SecretString, SealError> {
        self.grant.token(TABLE, self.workspace_id.as_str(), sealer)
    }

    /// How the token is renewed, if it has to be.
    pub fn renewal(&self, sealer: &Sealer) -> Result<Option<Renewal>, SealError> {
        self.grant.renewal(TABLE, self.workspace_id.as_str(), sealer)
    }

    /// When the token ends, if it can be renewed then; `None`: when it is revoked, or for good.
    pub fn renewed_by(&self) -> Option<DateTime<Utc>> {
        self.grant.renewed_by()
    }

    /// Scopes that were granted, separated by commas.
    pub fn scopes(&self) -> &str {
        &self.grant.scopes
    }
}

/// The bot of a workspace that is installed.
pub async fn of(db: &Db, workspace: &WorkspaceId) -> Result<Option<Installation>, DbError> {
    db.read(sql!(
        "SELECT workspace_id, bot_user_id, bot_id, token, scopes, refresh_token, expires_at, installed_at
         FROM installations JOIN workspaces ON workspaces.id = installations.workspace_id
         WHERE workspace_id = $1 AND workspaces.deleted_at IS NULL"
    ))
    .bind(workspace.clone())
    .fetch_optional()
    .await
}

/// When a workspace was installed last; `None`: never.
pub async fn installed_at(
    tx: &mut Tx,
    workspace: &WorkspaceId,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let row: Option<(DateTime<Utc>,)> = tx
        .query(sql!("SELECT installed_at FROM installations WHERE workspace_id = $1"))
        .bind(workspace.clone())
        .fetch_optional()
        .await?;
    Ok(row.map(|(at,)| at))
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
pub async fn upsert(tx: &mut Tx, installation: &Installation) -> Result<(), DbError> {
    let Installation { workspace_id, bot_user_id, bot_id, installed_at, grant } = installation;
    sealing_keys::keep(tx, &grant.token).await?;
    tx.query(sql!(
        "INSERT INTO installations (workspace_id, bot_user_id, bot_id, token, scopes, refresh_token, expires_at, installed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (workspace_id) DO UPDATE SET bot_user_id = $2, bot_id = $3, token = $4, scopes = $5,
             refresh_token = $6, expires_at = $7, installed_at = $8",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO installations (workspace_id, bot_user_id, bot_id, token, scopes, refresh_token, expires_at, installed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON DUPLICATE KEY UPDATE bot_user_id = $2, bot_id = $3, token = $4, scopes = $5,
             refresh_token = $6, expires_at = $7, installed_at = $8"
    ))
    .bind(workspace_id.clone())
    .bind(bot_user_id.clone())
    .bind(bot_id.clone())
    .bind(grant.token.clone())
    .bind(grant.scopes.clone())
    .bind(grant.refresh_token.clone())
    .bind(grant.expires_at)
    .bind(*installed_at)
    .execute()
    .await
    .map(drop)
}

/// Stores the token that another one was renewed to. `false`: that one stands there no longer.
pub async fn renew(
    tx: &mut Tx,
    installation: &Installation,
    grant: &Grant,
    sealer: &Sealer,
) -> Result<bool, DbError> {
    let workspace = &installation.workspace_id;
    let renewed = Sealed::new(grant, TABLE, workspace.as_str(), sealer);
    sealing_keys::keep(tx, &renewed.token).await?;
    let stored = tx
        .query(sql!(
            "UPDATE installations SET token = $3, scopes = $4, refresh_token = $5, expires_at = $6
             WHERE workspace_id = $1 AND refresh_token = $2"
        ))
        .bind(workspace.clone())
        .bind(installation.grant.refresh_token.clone())
        .bind(renewed.token)
        .bind(renewed.scopes)
        .bind(renewed.refresh_token)
        .bind(renewed.expires_at)
        .execute()
        .await?;
    Ok(stored == 1)
}

/// A token cannot be renewed any more, and works until it ends. `false`: it stands there no longer.
pub async fn end_renewal(tx: &mut Tx, installation: &Installation) -> Result<bool, DbError> {
    let ended = tx
        .query(sql!(
            "UPDATE installations SET refresh_token = NULL WHERE workspace_id = $1 AND refresh_token = $2"
        ))
        .bind(installation.workspace_id.clone())
        .bind(installation.grant.refresh_token.clone())
        .execute()
        .await?;
    Ok(ended == 1)
}

/// Workspaces whose bot's token ends before a time and can be renewed; those that end first, at most `most`.
pub async fn ending_before(
    tx: &mut Tx,
    before: DateTime<Utc>,
    most: i64,
) -> Result<Vec<WorkspaceId>, DbError> {
    let rows: Vec<(WorkspaceId,)> = tx
        .query(sql!(
            "SELECT workspace_id FROM installations WHERE expires_at < $1 AND refresh_token IS NOT NULL
             ORDER BY expires_at, workspace_id LIMIT $2"
        ))
        .bind(before)
        .bind(most)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(workspace,)| workspace).collect())
}

/// Forgets the token of a workspace that uninstalled the app. What the bot was called stays known.
pub async fn forget_token(tx: &mut Tx, workspace: &WorkspaceId) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE installations SET token = '', refresh_token = NULL, expires_at = NULL WHERE workspace_id = $1"
    ))
    .bind(workspace.clone())
    .execute()
    .await
    .map(drop)
}

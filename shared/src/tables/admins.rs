//! Who manages a workspace, as far as they are told of trouble.

use chrono::{DateTime, Utc};

use crate::db::{Db, DbError, Tx};
use crate::ids::{UserId, WorkspaceId};
use crate::sql;

/// So many are told: enough that somebody reads it.
pub const MOST: usize = 5;

/// Those who were found last, and when.
#[derive(Debug, Clone)]
pub struct Admins {
    /// The owners first.
    pub users: Vec<UserId>,
    /// When they were found.
    pub seen_at: DateTime<Utc>,
}

/// Who manages a workspace; `None`: nobody was found so far.
pub async fn of(db: &Db, workspace: &WorkspaceId) -> Result<Option<Admins>, DbError> {
    let rows: Vec<(UserId, DateTime<Utc>)> = db
        .read(sql!(
            "SELECT user_id, seen_at FROM admins WHERE workspace_id = $1 ORDER BY place, user_id"
        ))
        .bind(workspace.clone())
        .fetch_all()
        .await?;
    let seen_at = rows.iter().map(|(_, seen_at)| *seen_at).min();
    let users = rows.into_iter().map(|(user, _)| user).collect();
    Ok(seen_at.map(|seen_at| Admins { users, seen_at }))
}

/// They are who was found now.
pub async fn replace(tx: &mut Tx, workspace: &WorkspaceId, admins: &Admins) -> Result<(), DbError> {
    tx.query(sql!("DELETE FROM admins WHERE workspace_id = $1"))
        .bind(workspace.clone())
        .execute()
        .await?;
    for (place, user) in (0_i64..).zip(&admins.users) {
        tx.query(sql!(
            "INSERT INTO admins (workspace_id, user_id, place, seen_at) VALUES ($1, $2, $3, $4)"
        ))
        .bind(workspace.clone())
        .bind(user.clone())
        .bind(place)
        .bind(admins.seen_at)
        .execute_one("admins", user)
        .await?;
    }
    Ok(())
}

//! Names and pictures of people, as last seen in Slack.

use chrono::{DateTime, Utc};

use crate::db::{Db, DbError};
use crate::ids::{UserId, WorkspaceId};
use crate::sql;

/// A person as an author.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    /// What colleagues call them.
    pub name: String,
    /// Address of their picture.
    pub avatar_url: Option<String>,
    /// When Slack said so.
    pub seen_at: DateTime<Utc>,
}

/// A person of one workspace, if they were seen before.
pub async fn get(
    db: &Db,
    workspace: &WorkspaceId,
    user: &UserId,
) -> Result<Option<Person>, DbError> {
    db.read(sql!(
        "SELECT name, avatar_url, seen_at FROM people WHERE workspace_id = $1 AND user_id = $2"
    ))
    .bind(workspace.clone())
    .bind(user.clone())
    .fetch_optional()
    .await
}

/// Remembers a person.
pub async fn upsert(
    db: &Db,
    workspace: &WorkspaceId,
    user: &UserId,
    person: &Person,
) -> Result<(), DbError> {
    db.write(sql!(
        "INSERT INTO people (workspace_id, user_id, name, avatar_url, seen_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, user_id) DO UPDATE SET name = $3, avatar_url = $4, seen_at = $5",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO people (workspace_id, user_id, name, avatar_url, seen_at) VALUES ($1, $2, $3, $4, $5)
         ON DUPLICATE KEY UPDATE name = $3, avatar_url = $4, seen_at = $5"
    ))
    .bind(workspace.clone())
    .bind(user.clone())
    .bind(person.name.clone())
    .bind(person.avatar_url.clone())
    .bind(person.seen_at)
    .execute()
    .await
    .map(drop)
}

//! Who is in a workspace: names, pictures and e-mail addresses of people, as last seen in Slack.

use chrono::{DateTime, Utc};

use super::user_mappings;
use crate::db::{Db, DbError, Tx};
use crate::ids::{UserId, WorkspaceId};
use crate::sql;

/// A person of one workspace.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Person {
    /// What colleagues call them.
    pub name: String,
    /// Address of their picture.
    pub avatar_url: Option<String>,
    /// Their address, in lower case; without the scope `users:read.email` nobody has one.
    pub email: Option<String>,
    /// Since when they are no member any more.
    pub left_at: Option<DateTime<Utc>>,
    /// When Slack said so.
    pub seen_at: DateTime<Utc>,
}

impl std::fmt::Debug for Person {
    /// Names and addresses never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person(seen at {})", self.seen_at)
    }
}

/// A person of one workspace, if they were seen before.
pub async fn get(
    db: &Db,
    workspace: &WorkspaceId,
    user: &UserId,
) -> Result<Option<Person>, DbError> {
    db.read(sql!(
        "SELECT name, avatar_url, email, left_at, seen_at FROM people WHERE workspace_id = $1 AND user_id = $2"
    ))
    .bind(workspace.clone())
    .bind(user.clone())
    .fetch_optional()
    .await
}

/// Members of a workspace with an e-mail address (in lower case); two are as many as anybody asks for.
pub async fn with_email(
    db: &Db,
    workspace: &WorkspaceId,
    email: &str,
) -> Result<Vec<UserId>, DbError> {
    let rows: Vec<(UserId,)> = db
        .read(sql!(
            "SELECT user_id FROM people WHERE workspace_id = $1 AND email = $2 AND left_at IS NULL
             ORDER BY user_id LIMIT 2"
        ))
        .bind(workspace.clone())
        .bind(email)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(user,)| user).collect())
}

/// Remembers what Slack says of a person, unless something later is known. Whoever has another address now, or
/// none, is looked for anew in other workspaces, as are those who were looked for in vain under this address.
pub async fn note(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    user: &UserId,
    person: &Person,
) -> Result<(), DbError> {
    type Row = (Option<String>, Option<DateTime<Utc>>, DateTime<Utc>);
    let known: Option<Row> = tx
        .query(sql!(
            "SELECT email, left_at, seen_at FROM people WHERE workspace_id = $1 AND user_id = $2"
        ))
        .bind(workspace.clone())
        .bind(user.clone())
        .fetch_optional()
        .await?;
    if matches!(known, Some((_, _, seen_at)) if seen_at > person.seen_at) {
        return Ok(());
    }
    upsert(tx, workspace, user, person).await?;
    let reached = |email: &Option<String>, left_at: &Option<DateTime<Utc>>| {
        email.clone().filter(|_| left_at.is_none())
    };
    let before = known.and_then(|(email, left_at, _)| reached(&email, &left_at));
    let now = reached(&person.email, &person.left_at);
    if before != now {
        user_mappings::forget_found(tx, workspace, user, now.as_deref()).await?;
    }
    Ok(())
}

async fn upsert(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    user: &UserId,
    person: &Person,
) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO people (workspace_id, user_id, name, avatar_url, email, left_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (workspace_id, user_id)
         DO UPDATE SET name = $3, avatar_url = $4, email = $5, left_at = $6, seen_at = $7",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO people (workspace_id, user_id, name, avatar_url, email, left_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON DUPLICATE KEY UPDATE name = $3, avatar_url = $4, email = $5, left_at = $6, seen_at = $7"
    ))
    .bind(workspace.clone())
    .bind(user.clone())
    .bind(person.name.clone())
    .bind(person.avatar_url.clone())
    .bind(person.email.clone())
    .bind(person.left_at)
    .bind(person.seen_at)
    .execute()
    .await
    .map(drop)
}

/// Somebody is no member any more: nobody elsewhere is them. Whoever is not known stays so.
pub async fn leave(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    user: &UserId,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let left = tx
        .query(sql!(
            "UPDATE people SET left_at = $3, seen_at = $3
             WHERE workspace_id = $1 AND user_id = $2 AND left_at IS NULL AND seen_at <= $3"
        ))
        .bind(workspace.clone())
        .bind(user.clone())
        .bind(at)
        .execute()
        .await?;
    if left == 1 { user_mappings::forget_found(tx, workspace, user, None).await } else { Ok(()) }
}

/// Those who were members and were not seen since a time: a few of them.
pub async fn unseen_since(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    since: DateTime<Utc>,
    most: i64,
) -> Result<Vec<UserId>, DbError> {
    let rows: Vec<(UserId,)> = tx
        .query(sql!(
            "SELECT user_id FROM people WHERE workspace_id = $1 AND seen_at < $2 AND left_at IS NULL
             ORDER BY user_id LIMIT $3"
        ))
        .bind(workspace.clone())
        .bind(since)
        .bind(most)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(user,)| user).collect())
}

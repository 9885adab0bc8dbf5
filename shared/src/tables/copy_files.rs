//! What became of each file of a message in one target channel: the file that stands for it there, or why
//! none does. Written before anything is shared, so that a share is known again by its files.

use super::copies::Delivery;
use super::posts;
use crate::db::{Db, DbError, Tx};
use crate::ids::{ChannelId, CopyId, FileId, PostId, SlackTs, WorkspaceId};
use crate::slack::file::File;
use crate::sql;

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carried {
    /// This file of the target workspace has its bytes.
    As(FileId),
    /// It could not be copied, for this reason, in words for people.
    Not(String),
}

/// A column's width.
const PROBLEM_MAX_CHARS: usize = 255;

/// What became of the files of a copy, by their number in the message.
pub async fn of(db: &Db, copy: &CopyId) -> Result<Vec<(i64, Carried)>, DbError> {
    type Row = (i64, Option<FileId>, Option<String>);
    let rows: Vec<Row> = db
        .read(sql!(
            "SELECT number, file_id, problem FROM copy_files WHERE copy_id = $1 ORDER BY number"
        ))
        .bind(copy.clone())
        .fetch_all()
        .await?;
    let carried = |(number, file, problem): Row| {
        let carried = match file {
            Some(file) => Carried::As(file),
            None => Carried::Not(problem.unwrap_or_default()),
        };
        (number, carried)
    };
    Ok(rows.into_iter().map(carried).collect())
}

/// Notes what became of a file.
pub async fn insert(
    tx: &mut Tx,
    delivery: &Delivery,
    number: i64,
    carried: &Carried,
) -> Result<(), DbError> {
    let (file, problem) = match carried {
        Carried::As(file) => (Some(file.clone()), None),
        Carried::Not(problem) => {
            (None, Some(problem.chars().take(PROBLEM_MAX_CHARS).collect::<String>()))
        }
    };
    tx.query(sql!(
        "INSERT INTO copy_files (workspace_id, copy_id, number, file_id, problem) VALUES ($1, $2, $3, $4, $5)"
    ))
    .bind(delivery.workspace_id.clone())
    .bind(delivery.id.clone())
    .bind(number)
    .bind(file)
    .bind(problem)
    .execute_one("copy_files", &delivery.id)
    .await
}

/// Forgets files that Slack no longer has, or never shows: they are carried again.
pub async fn forget(tx: &mut Tx, copy: &CopyId) -> Result<(), DbError> {
    tx.query(sql!("DELETE FROM copy_files WHERE copy_id = $1 AND file_id IS NOT NULL"))
        .bind(copy.clone())
        .execute()
        .await
        .map(drop)
}

/// The copy in a channel that shares one of these files.
pub async fn copy_with(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    files: &[File],
) -> Result<Option<(CopyId, PostId)>, DbError> {
    for file in files {
        let found = tx
            .query(sql!(
                "SELECT copies.id, copies.post_id FROM copy_files JOIN copies ON copies.id = copy_files.copy_id
                 WHERE copy_files.workspace_id = $1 AND copy_files.file_id = $2 AND copies.channel_id = $3"
            ))
            .bind(workspace.clone())
            .bind(file.id.clone())
            .bind(channel.clone())
            .fetch_optional()
            .await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The target workspace takes none of them, for this reason.
pub async fn refuse(tx: &mut Tx, copy: &CopyId, problem: &str) -> Result<(), DbError> {
    tx.query(sql!(
        "UPDATE copy_files SET file_id = NULL, problem = $2 WHERE copy_id = $1 AND file_id IS NOT NULL"
    ))
    .bind(copy.clone())
    .bind(problem.chars().take(PROBLEM_MAX_CHARS).collect::<String>())
    .execute()
    .await
    .map(drop)
}

/// Slack has accepted the share, and is given until then (queue time) to show it. `false`: it does already.
pub async fn mark_accepted(tx: &mut Tx, copy: &CopyId, until: i64) -> Result<bool, DbError> {
    let accepted = tx
        .query(sql!("UPDATE copies SET call_deadline = $2 WHERE id = $1 AND state = 'sending'"))
        .bind(copy.clone())
        .bind(until)
        .execute()
        .await?;
    Ok(accepted == 1)
}

/// The share stands there. `false`: that was known, from Slack's own event or from its answer.
pub async fn mark_shared(
    tx: &mut Tx,
    copy: &CopyId,
    post: &PostId,
    ts: &SlackTs,
) -> Result<bool, DbError> {
    posts::lock(tx, post).await?;
    let shared = tx
        .query(sql!(
            "UPDATE copies SET state = 'sent', ts = $2, call_deadline = NULL WHERE id = $1 AND state = 'sending'"
        ))
        .bind(copy.clone())
        .bind(ts.clone())
        .execute()
        .await?;
    posts::clear_body_when_delivered(tx, post).await?;
    Ok(shared == 1)
}

/// Nothing of the copy's files can be shared: it says so instead.
pub async fn mark_lost(tx: &mut Tx, copy: &CopyId) -> Result<(), DbError> {
    tx.query(sql!("UPDATE copies SET form = 'lost' WHERE id = $1 AND state = 'pending'"))
        .bind(copy.clone())
        .execute_one("copies", copy)
        .await
}

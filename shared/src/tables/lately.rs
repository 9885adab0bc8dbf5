//! What was said lately in a channel, as far as it is needed to know what repeats it.

use crate::db::{DbError, Tx};
use crate::ids::{ChannelId, CopyId, SlackTs, WorkspaceId};
use crate::sql;
use crate::tables::posts::Author;

/// A message that stands in a channel, as far as it is told from others.
#[derive(Debug, Clone)]
pub struct Lately {
    /// What it says, in short; see [`echo`](crate::echo).
    pub echo: String,
    /// Who said it.
    pub author: Author,
    /// It is a copy, made by our own app.
    pub is_copy: bool,
}

/// What was said in a channel, by whomever and wherever, later than one time and before another: the last
/// `most` messages. Copies that are being posted are among them: Slack shows them before it says so to us.
pub async fn in_channel(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    from: &SlackTs,
    before: &SlackTs,
    most: i64,
) -> Result<Vec<Lately>, DbError> {
    let rows: Vec<(String, String, Option<CopyId>, SlackTs)> = tx
        .query(sql!(
            "SELECT echo, author, NULL AS copy_id, ts FROM posts
             WHERE workspace_id = $1 AND channel_id = $2 AND ts > $3 AND ts < $4 AND echo IS NOT NULL
             UNION ALL
             SELECT posts.echo, posts.author, copies.id, copies.ts FROM copies JOIN posts ON posts.id = copies.post_id
             WHERE copies.workspace_id = $1 AND copies.channel_id = $2 AND copies.ts > $3 AND copies.ts < $4
               AND copies.part = 0 AND posts.echo IS NOT NULL
             UNION ALL
             SELECT posts.echo, posts.author, copies.id, posts.ts FROM copies JOIN posts ON posts.id = copies.post_id
             WHERE copies.workspace_id = $1 AND copies.channel_id = $2 AND copies.ts IS NULL AND copies.state = 'sending'
               AND copies.part = 0 AND posts.echo IS NOT NULL
             ORDER BY ts DESC LIMIT $5"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .bind(from.clone())
        .bind(before.clone())
        .bind(most)
        .fetch_all()
        .await?;
    let said = |(echo, author, copy, ts): (_, String, Option<CopyId>, SlackTs)| {
        let author = serde_json::from_str(&author).map_err(|_| DbError::BadValue {
            table: "posts",
            column: "author",
            id: ts.to_string(),
        })?;
        Ok(Lately { echo, author, is_copy: copy.is_some() })
    };
    rows.into_iter().map(said).collect()
}

//! Copies that are being posted in somebody's own name: until their ts is known, what Slack tells of them looks
//! as if that person had said it.

use super::copies::Delivery;
use super::posts::Body;
use crate::db::{DbError, Tx};
use crate::ids::{ChannelId, CopyId, UserId, WorkspaceId};
use crate::sql;

/// A call is about to be made that posts the copy in the name that the delivery says, or in the bot's.
pub(super) async fn expect(tx: &mut Tx, delivery: &Delivery) -> Result<(), DbError> {
    let Some(user) = &delivery.posted_as else { return Ok(()) };
    tx.query(sql!(
        "INSERT INTO echoes (copy_id, workspace_id, channel_id, user_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT (copy_id) DO UPDATE SET user_id = $4",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO echoes (copy_id, workspace_id, channel_id, user_id) VALUES ($1, $2, $3, $4)
         ON DUPLICATE KEY UPDATE user_id = $4"
    ))
    .bind(delivery.id.clone())
    .bind(delivery.workspace_id.clone())
    .bind(delivery.channel_id.clone())
    .bind(user.clone())
    .execute()
    .await
    .map(drop)
}

/// Where the copy stands is known: what Slack tells of it is known by that.
pub(super) async fn forget(tx: &mut Tx, copy: &CopyId) -> Result<(), DbError> {
    tx.query(sql!("DELETE FROM echoes WHERE copy_id = $1"))
        .bind(copy.clone())
        .execute()
        .await
        .map(drop)
}

/// What is being posted in somebody's name in a channel, or may have been. `None`: it was deleted meanwhile, and what
/// it said is no longer known.
pub async fn expected(
    tx: &mut Tx,
    workspace: &WorkspaceId,
    channel: &ChannelId,
    user: &UserId,
) -> Result<Vec<Option<Body>>, DbError> {
    let rows: Vec<(CopyId, Option<String>)> = tx
        .query(sql!(
            "SELECT copies.id, posts.body FROM echoes JOIN copies ON copies.id = echoes.copy_id
             JOIN posts ON posts.id = copies.post_id
             WHERE echoes.workspace_id = $1 AND echoes.channel_id = $2 AND echoes.user_id = $3
               AND copies.state = 'sending' AND copies.posted_as = $3"
        ))
        .bind(workspace.clone())
        .bind(channel.clone())
        .bind(user.clone())
        .fetch_all()
        .await?;
    let body = |(copy, body): (CopyId, Option<String>)| {
        let body = body.as_deref().map(serde_json::from_str);
        body.transpose().map_err(|_| DbError::BadValue {
            table: "posts",
            column: "body",
            id: copy.to_string(),
        })
    };
    rows.into_iter().map(body).collect()
}

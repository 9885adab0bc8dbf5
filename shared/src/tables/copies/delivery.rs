//! A copy with everything that is needed to make it.

use chrono::{DateTime, Utc};

use super::{CopyState, Form, parse_form, parse_state};
use crate::db::{Db, DbError};
use crate::ids::{ChannelId, CopyId, PostId, SlackTs, TeamId, UserId, WorkspaceId};
use crate::sql;
use crate::tables::posts::{Author, Body};
use crate::tables::sync_channels::Target;

/// What is known about a call that may have had its effect unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// When the call has ended for certain, in queue time.
    pub deadline: i64,
    /// What the call made has a later ts than this.
    pub after_ts: SlackTs,
    /// How often it was looked for in vain.
    pub looks: i64,
    /// How far a look has come that could not go on at once.
    pub look_from: Option<SlackTs>,
}

/// A copy with everything that is needed to make it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The copy.
    pub id: CopyId,
    /// How far it is.
    pub state: CopyState,
    /// What it shows.
    pub form: Form,
    /// Which part of a long text it shows, from 0.
    pub part: i64,
    /// The last part that there is a copy for in its channel.
    pub last_part: i64,
    /// Its id in the channel that gets it, once it is there.
    pub ts: Option<SlackTs>,
    /// In whose name it was posted, or a call under way posts it; `None`: in the bot's.
    pub posted_as: Option<UserId>,
    /// The version of the message that it shows, or that a call under way makes it show.
    pub shown_version: i64,
    /// A call that may have had its effect, of a copy that is [`CopyState::Sending`].
    pub doubt: Option<Doubt>,
    /// The workspace that gets it.
    pub workspace_id: WorkspaceId,
    /// That workspace's Slack id.
    pub team_id: TeamId,
    /// The channel that gets it.
    pub channel_id: ChannelId,
    /// The message.
    pub post_id: PostId,
    /// The first message of its thread, for a reply.
    pub root_post_id: Option<PostId>,
    /// What a new message in the target channel is certainly later than: the original, and the last copy
    /// that was made there.
    pub later_than: SlackTs,
    /// The workspace it was said in.
    pub source_workspace_id: WorkspaceId,
    /// The channel it was said in.
    pub source_channel_id: ChannelId,
    /// Its id there.
    pub source_ts: SlackTs,
    /// What that workspace is called.
    pub source_workspace_name: String,
    /// That workspace's Slack id.
    pub source_team_id: TeamId,
    /// Who said it.
    pub author: Author,
    /// What was said; `None` once every copy shows it.
    pub body: Option<Body>,
    /// The version of what was said.
    pub version: i64,
    /// It was deleted since.
    pub is_deleted: bool,
    /// Some sync still leads from where it was said to the channel that gets it. A stub stands where a reply does,
    /// which may have been said elsewhere: for one it is enough that the channel takes part in anything.
    pub is_wanted: bool,
}

impl Delivery {
    /// Where it belongs.
    pub fn target(&self) -> Target {
        Target {
            workspace_id: self.workspace_id.clone(),
            team_id: self.team_id.clone(),
            channel_id: self.channel_id.clone(),
        }
    }
}

/// A copy, with its message.
pub async fn delivery(db: &Db, id: &CopyId) -> Result<Option<Delivery>, DbError> {
    #[derive(sqlx::FromRow)]
    struct DeliveryRow {
        state: String,
        form: String,
        part: i64,
        last_part: Option<i64>,
        ts: Option<SlackTs>,
        posted_as: Option<UserId>,
        shown_version: i64,
        call_deadline: Option<i64>,
        after_ts: Option<SlackTs>,
        looks: i64,
        look_from: Option<SlackTs>,
        workspace_id: WorkspaceId,
        team_id: TeamId,
        channel_id: ChannelId,
        post_id: PostId,
        root_post_id: Option<PostId>,
        last_ts: Option<SlackTs>,
        source_workspace_id: WorkspaceId,
        source_channel_id: ChannelId,
        source_ts: SlackTs,
        source_workspace_name: String,
        source_team_id: TeamId,
        author: String,
        body: Option<String>,
        version: i64,
        deleted_at: Option<DateTime<Utc>>,
        is_wanted: bool,
    }
    let row: Option<DeliveryRow> = db
        .read(sql!(
            "SELECT copies.state, copies.form, copies.part,
                    (SELECT MAX(parts.part) FROM copies AS parts
                     WHERE parts.post_id = copies.post_id AND parts.workspace_id = copies.workspace_id
                       AND parts.channel_id = copies.channel_id AND parts.state <> 'deleted'
                       AND parts.form NOT IN ('files', 'lost')) AS last_part, copies.ts, copies.posted_as, copies.version AS shown_version, copies.call_deadline, copies.after_ts, copies.looks, copies.look_from,
                    copies.workspace_id, target.team_id, copies.channel_id, copies.post_id, posts.root_post_id,
                    (SELECT MAX(others.ts) FROM copies AS others
                     WHERE others.workspace_id = copies.workspace_id AND others.channel_id = copies.channel_id) AS last_ts,
                    posts.workspace_id AS source_workspace_id, posts.channel_id AS source_channel_id, posts.ts AS source_ts,
                    source.name AS source_workspace_name, source.team_id AS source_team_id, posts.author, posts.body,
                    posts.version, posts.deleted_at,
                    EXISTS (SELECT 1 FROM sync_channels AS taker
                            JOIN sync_channels AS giver ON giver.sync_id = taker.sync_id
                            WHERE taker.workspace_id = copies.workspace_id AND taker.channel_id = copies.channel_id
                              AND taker.subscribes AND taker.status <> 'deleted'
                              AND giver.publishes AND giver.status <> 'deleted'
                              AND (copies.form = 'stub'
                                   OR giver.workspace_id = posts.workspace_id AND giver.channel_id = posts.channel_id)) AS is_wanted
             FROM copies JOIN posts ON posts.id = copies.post_id
             JOIN workspaces AS source ON source.id = posts.workspace_id
             JOIN workspaces AS target ON target.id = copies.workspace_id
             WHERE copies.id = $1"
        ))
        .bind(id.clone())
        .fetch_optional()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let bad = |table, column| DbError::BadValue { table, column, id: id.to_string() };
    let body = row.body.as_deref().map(serde_json::from_str::<Body>).transpose();
    let later_than = match row.last_ts {
        Some(last) if last.micros() > row.source_ts.micros() => last,
        // Slack is asked for what is later, and one of our own would be nothing to it.
        _ => SlackTs::at(row.source_ts.micros()),
    };
    let doubt = row.call_deadline.map(|deadline| Doubt {
        deadline,
        after_ts: row.after_ts.unwrap_or_else(|| row.source_ts.clone()),
        looks: row.looks,
        look_from: row.look_from,
    });
    Ok(Some(Delivery {
        id: id.clone(),
        state: parse_state(&row.state).ok_or_else(|| bad("copies", "state"))?,
        form: parse_form(&row.form).ok_or_else(|| bad("copies", "form"))?,
        part: row.part,
        last_part: row.last_part.unwrap_or(row.part),
        ts: row.ts,
        posted_as: row.posted_as,
        shown_version: row.shown_version,
        doubt,
        workspace_id: row.workspace_id,
        team_id: row.team_id,
        channel_id: row.channel_id,
        post_id: row.post_id,
        root_post_id: row.root_post_id,
        later_than,
        source_workspace_id: row.source_workspace_id,
        source_channel_id: row.source_channel_id,
        source_ts: row.source_ts,
        source_workspace_name: row.source_workspace_name,
        source_team_id: row.source_team_id,
        author: serde_json::from_str(&row.author).map_err(|_| bad("posts", "author"))?,
        body: body.map_err(|_| bad("posts", "body"))?,
        version: row.version,
        is_deleted: row.deleted_at.is_some(),
        is_wanted: row.is_wanted,
    }))
}

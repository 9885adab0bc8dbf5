//! Bring what our bot shows of reactions at one place to what people at the others react. Carries the place;
//! the truth is read when it runs.

use serde::{Deserialize, Serialize};

use crate::ids::{ChannelId, PostId, TeamId, WorkspaceId};
use crate::queue::{Lane, NewJob, Order, Priority};
use crate::tables::sync_channels::Target;

/// The stable name.
pub const NAME: &str = "refresh_reactions";

/// A message at a place, as original or as copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The message.
    pub post: PostId,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// That workspace's Slack id.
    pub team: TeamId,
    /// The channel.
    pub channel: ChannelId,
}

/// The job for one place.
pub fn job(post: &PostId, place: &Target) -> NewJob {
    let payload = Payload {
        post: post.clone(),
        workspace: place.workspace_id.clone(),
        team: place.team_id.clone(),
        channel: place.channel_id.clone(),
    };
    NewJob {
        lane: Lane::reactions(&place.team_id, &place.channel_id, post),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("ids are plain text"),
        dedup_key: None,
        coalesce_key: Some(format!("reactions:{post}:{}:{}", place.team_id, place.channel_id)),
    }
}

/// The place that the job is about.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

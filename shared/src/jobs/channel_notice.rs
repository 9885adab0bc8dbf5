//! Say something in a channel in the bot's own name, behind what waits for it.

use serde::{Deserialize, Serialize};

use crate::queue::{Lane, NewJob, Order, Priority};
use crate::tables::sync_channels::Target;

/// The stable name.
pub const NAME: &str = "channel_notice";

/// What is said where.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Where.
    pub place: Target,
    /// In Slack's mrkdwn.
    pub text: String,
}

impl std::fmt::Debug for Payload {
    /// It names workspaces.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payload({} {})", self.place.team_id, self.place.channel_id)
    }
}

/// The job for one notice. Each `occasion` is told of once in a channel.
pub fn job(place: &Target, text: String, occasion: &str) -> NewJob {
    let payload = Payload { place: place.clone(), text };
    let Target { team_id, channel_id, .. } = place;
    NewJob {
        lane: Lane::target(team_id, channel_id),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("it is plain data"),
        dedup_key: Some(format!("{NAME}:{team_id}:{channel_id}:{occasion}")),
        coalesce_key: None,
    }
}

/// What a job's payload says.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

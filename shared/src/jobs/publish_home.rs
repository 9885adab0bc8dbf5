//! Show somebody the app's Home tab as it is now.

use serde::{Deserialize, Serialize};

use crate::ids::{EventId, SlackTs, TeamId, UserId};
use crate::queue::{Lane, NewJob, Order, Priority};

use super::route_event;

/// The stable name.
pub const NAME: &str = "publish_home";

/// Whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Payload {
    pub team: TeamId,
    pub user: UserId,
}

/// The job for one person. What is asked for again before it runs is the same.
pub fn job(team: &TeamId, user: &UserId) -> NewJob {
    let payload = Payload { team: team.clone(), user: user.clone() };
    NewJob {
        lane: Lane::home(team, user),
        order: Order::Arrival,
        priority: Priority::Normal,
        kind: NAME,
        payload: serde_json::to_string(&payload).expect("it is plain data"),
        dedup_key: None,
        coalesce_key: Some(format!("home:{team}:{user}")),
    }
}

/// As [`job`], for somebody who opens it, as Slack's event tells.
pub fn opened(team: &TeamId, user: &UserId, event: &EventId, event_ts: &SlackTs) -> NewJob {
    NewJob {
        order: Order::At(event_ts.micros()),
        dedup_key: Some(route_event::dedup_key(team, event)),
        coalesce_key: None,
        ..job(team, user)
    }
}

/// What a job's payload says.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

//! Show somebody the app's Home tab as it is now.

use serde::{Deserialize, Serialize};

use crate::ids::{EventId, SlackTs, TeamId, UserId};
use crate::queue::{Lane, NewJob, Order, Priority};

use super::{home_action, route_event};

/// The stable name.
pub const NAME: &str = "publish_home";

/// Whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Payload {
    pub team: TeamId,
    pub user: UserId,
    /// Which of its pages; the first is 0.
    #[serde(default)]
    pub page: usize,
}

/// The job for one person. What is asked for again before it runs is the same.
pub fn job(team: &TeamId, user: &UserId) -> NewJob {
    let payload = Payload { team: team.clone(), user: user.clone(), page: 0 };
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

/// As [`job`], for somebody who turns to a page of it by a button.
pub fn turned(
    team: &TeamId,
    user: &UserId,
    page: usize,
    trigger_id: &str,
    action_ts: &SlackTs,
) -> NewJob {
    let payload = Payload { team: team.clone(), user: user.clone(), page };
    NewJob {
        payload: serde_json::to_string(&payload).expect("it is plain data"),
        order: Order::At(action_ts.micros()),
        priority: Priority::Interactive,
        dedup_key: Some(home_action::dedup_key(team, trigger_id)),
        coalesce_key: None,
        ..job(team, user)
    }
}

/// What a job's payload says.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

//! Do what somebody asked for on the app's Home tab. Whether they may is asked when it is done.

use serde::{Deserialize, Serialize};

use crate::home::Action;
use crate::ids::{SlackTs, TeamId, UserId};
use crate::queue::{Lane, NewJob, Order, Priority};

/// The stable name.
pub const NAME: &str = "home_action";

/// Who asked for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Payload {
    pub team: TeamId,
    pub user: UserId,
    pub action: Action,
}

/// The job for one press of a button at that time, which has a `trigger_id` of its own
/// (docs.slack.dev/interactivity/handling-user-interaction).
pub fn job(payload: &Payload, trigger_id: &str, action_ts: &SlackTs) -> NewJob {
    let Payload { team, .. } = payload;
    NewJob {
        lane: Lane::admin(team),
        order: Order::At(action_ts.micros()),
        priority: Priority::Interactive,
        kind: NAME,
        payload: serde_json::to_string(payload).expect("it is plain data"),
        dedup_key: Some(dedup_key(team, trigger_id)),
        coalesce_key: None,
    }
}

/// Each press counts once.
pub fn dedup_key(team: &TeamId, trigger_id: &str) -> String {
    format!("press:{team}:{trigger_id}")
}

/// What a job's payload says.
pub fn payload(text: &str) -> Result<Payload, serde_json::Error> {
    serde_json::from_str(text)
}

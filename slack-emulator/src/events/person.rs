//! The events that tell of a workspace's people. They happen in no channel.

use serde_json::{Map, Value, json};

use crate::ids::Ts;
use crate::shape::object;

/// <https://docs.slack.dev/reference/events/team_join>
pub(crate) fn joined(user: &Value, at: &Ts) -> Map<String, Value> {
    about("team_join", user, at)
}

/// Also for an account that was deactivated, as seen in
/// <https://github.com/slack-edge/slack-edge/pull/14>.
/// <https://docs.slack.dev/reference/events/user_profile_changed>
pub(crate) fn profile_changed(user: &Value, at: &Ts) -> Map<String, Value> {
    about("user_profile_changed", user, at)
}

/// The same, for those who subscribe to the older event: the two come at the same time.
/// <https://docs.slack.dev/reference/events/user_change>
pub(crate) fn changed(user: &Value, at: &Ts) -> Map<String, Value> {
    about("user_change", user, at)
}

fn about(kind: &str, user: &Value, at: &Ts) -> Map<String, Value> {
    let seconds = at.micros().map(|at| at / 1_000_000);
    object(json!({ "type": kind, "user": user, "cache_ts": seconds, "event_ts": at }))
}

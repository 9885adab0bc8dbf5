//! Events about who is in a workspace, and how they present themselves
//! (`docs.slack.dev/reference/events/team_join`, `docs.slack.dev/reference/events/user_profile_changed`).

use serde::Deserialize;
use shared::ids::{SlackTs, UserId};
use shared::jobs::member_event;
use shared::slack::events::Envelope;

use super::decision::Decision;
use crate::refusal::Refusal;

/// Just enough to know that the worker can read it.
#[derive(Deserialize)]
struct MemberHead {
    #[serde(rename = "user")]
    _user: UserHead,
    event_ts: SlackTs,
}

#[derive(Deserialize)]
struct UserHead {
    #[serde(rename = "id")]
    _id: UserId,
}

pub(super) fn decide(envelope: &str) -> Result<Decision, Refusal> {
    let head: Envelope<MemberHead> = serde_json::from_str(envelope)
        .map_err(|_| Refusal::Malformed("the member event lacks what every one has"))?;
    let Envelope { team_id, event_id, event, .. } = &head;
    Ok(Decision::Store(member_event::job(team_id, event_id, &event.event_ts, envelope)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn decision(event: &Value) -> Result<Decision, Refusal> {
        let envelope =
            json!({"team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event": event});
        decide(&envelope.to_string())
    }

    #[test]
    fn who_joins_goes_to_the_lane_of_the_workspaces_directory() {
        let event =
            json!({"type": "team_join", "user": {"id": "U1"}, "event_ts": "1700000000.000100"});
        let Ok(Decision::Store(job)) = decision(&event) else { panic!("stored") };
        assert_eq!(job.lane.as_str(), "dir:T1");
        assert_eq!(job.dedup_key.as_deref(), Some("event:T1:Ev1"));
    }

    #[test]
    fn one_that_does_not_say_who_is_refused() {
        for event in [
            json!({"type": "team_join", "event_ts": "1700000000.000100"}),
            json!({"type": "team_join", "user": "U1", "event_ts": "1700000000.000100"}),
            json!({"type": "team_join", "user": {"id": "U1"}}),
        ] {
            assert!(matches!(decision(&event), Err(Refusal::Malformed(_))), "{event}");
        }
    }
}

//! Events about the app's own place in a workspace: it was uninstalled, or tokens were revoked.

use shared::jobs::workspace_event;
use shared::slack::events::Envelope;
use shared::slack::workspace_events::WorkspaceEvent;

use super::decision::Decision;
use crate::refusal::Refusal;

pub(super) fn decide(envelope: &str) -> Result<Decision, Refusal> {
    let read: Envelope<WorkspaceEvent> = serde_json::from_str(envelope)
        .map_err(|_| Refusal::Malformed("the workspace event lacks what every one has"))?;
    let Envelope { team_id, event_id, event_time, .. } = &read;
    Ok(Decision::Store(workspace_event::job(team_id, event_id, *event_time, envelope)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn decision(event: &Value) -> Result<Decision, Refusal> {
        let envelope = json!({"team_id": "T1", "api_app_id": "A1", "event_id": "Ev1", "event_time": 1_700_000_000, "event": event});
        decide(&envelope.to_string())
    }

    #[test]
    fn each_type_goes_to_the_lane_of_its_workspace() {
        for kind in WorkspaceEvent::TYPES {
            let Ok(Decision::Store(job)) = decision(&json!({"type": kind})) else {
                panic!("{kind} is stored")
            };
            assert_eq!(job.lane.as_str(), "team:T1");
            assert_eq!(job.order, shared::queue::Order::At(1_700_000_000));
        }
    }

    #[test]
    fn tokens_of_what_is_no_user_are_refused() {
        let event = json!({"type": "tokens_revoked", "tokens": {"oauth": ["not an id!"]}});
        assert!(matches!(decision(&event), Err(Refusal::Malformed(_))));
    }
}

//! Somebody opens the app's Home tab (`docs.slack.dev/reference/events/app_home_opened`).

use serde::Deserialize;
use shared::ids::{SlackTs, UserId};
use shared::jobs::publish_home;
use shared::slack::events::Envelope;

use super::decision::Decision;
use crate::refusal::Refusal;

#[derive(Deserialize)]
struct Opened {
    user: UserId,
    /// `home`, or `messages` beside it.
    tab: String,
    event_ts: SlackTs,
}

pub(super) fn decide(envelope: &str) -> Result<Decision, Refusal> {
    let opened: Envelope<Opened> = serde_json::from_str(envelope)
        .map_err(|_| Refusal::Malformed("the event does not say who opened what"))?;
    let Envelope { team_id, event_id, event, .. } = &opened;
    if event.tab != "home" {
        return Ok(Decision::Ignore);
    }
    let Opened { user, event_ts, .. } = event;
    Ok(Decision::Store(publish_home::opened(team_id, user, event_id, event_ts)))
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
    fn whoever_opens_it_sees_it_as_it_is() {
        let opened = json!({"type": "app_home_opened", "user": "U1", "tab": "home", "event_ts": "1700000000.000100"});
        let Ok(Decision::Store(job)) = decision(&opened) else { panic!("stored") };
        assert_eq!(job.lane.as_str(), "home:T1:U1");
        assert_eq!(job.dedup_key.as_deref(), Some("event:T1:Ev1"));
        let messages = json!({"type": "app_home_opened", "user": "U1", "tab": "messages", "event_ts": "1700000000.000100"});
        assert!(matches!(decision(&messages), Ok(Decision::Ignore)));
    }

    #[test]
    fn one_that_does_not_say_who_is_refused() {
        for event in [
            json!({"type": "app_home_opened", "tab": "home", "event_ts": "1700000000.000100"}),
            json!({"type": "app_home_opened", "user": "U1", "event_ts": "1700000000.000100"}),
            json!({"type": "app_home_opened", "user": "U1", "tab": "home"}),
        ] {
            assert!(matches!(decision(&event), Err(Refusal::Malformed(_))), "{event}");
        }
    }
}

//! Somebody presses a button (docs.slack.dev/reference/interaction-payloads/block_actions-payload). Slack sends this
//! once: what is not stored in time, the person sees as a failure, and presses again.

use serde::Deserialize;
use shared::home::Action;
use shared::ids::{SlackTs, TeamId, UserId};
use shared::jobs::{home_action, publish_home};

use super::decision::Decision;
use crate::refusal::Refusal;

/// No trigger of Slack's is longer.
const TRIGGER_MAX_BYTES: usize = 128;

#[derive(Deserialize)]
struct Interaction {
    #[serde(rename = "type")]
    kind: String,
    /// Absent where the app is installed for an organisation, which it never is.
    #[serde(default)]
    team: Option<Team>,
    user: User,
    #[serde(default)]
    trigger_id: String,
    #[serde(default)]
    actions: Vec<Pressed>,
}

#[derive(Deserialize)]
struct Team {
    id: TeamId,
}

#[derive(Deserialize)]
struct User {
    id: UserId,
}

#[derive(Deserialize)]
struct Pressed {
    #[serde(default)]
    action_id: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    action_ts: Option<SlackTs>,
}

/// `body`: a form with the field `payload`.
pub(super) fn decide(body: &[u8]) -> Result<Decision, Refusal> {
    let payload = url::form_urlencoded::parse(body).find(|(name, _)| name == "payload");
    let (_, payload) = payload.ok_or(Refusal::Malformed("the form has no field `payload`"))?;
    let interaction: Interaction = serde_json::from_str(&payload)
        .map_err(|_| Refusal::Malformed("the interaction does not say who did what"))?;
    let Interaction { kind, team, user, trigger_id, actions } = interaction;
    // A button is pressed alone.
    let (Some(team), [pressed]) = (team, actions.as_slice()) else { return Ok(Decision::Ignore) };
    if kind != "block_actions" {
        return Ok(Decision::Ignore);
    }
    if trigger_id.is_empty() || trigger_id.len() > TRIGGER_MAX_BYTES {
        return Err(Refusal::Malformed("the interaction has no trigger"));
    }
    let at = pressed.action_ts.as_ref();
    let at = at.ok_or(Refusal::Malformed("the interaction does not say when"))?;
    let (team, user) = (team.id, user.id);
    Ok(match Action::of(&pressed.action_id, &pressed.value) {
        None => Decision::Ignore,
        Some(Action::Show(page)) => {
            Decision::Store(publish_home::turned(&team, &user, page, &trigger_id, at))
        }
        Some(action) => {
            let payload = home_action::Payload { team, user, action };
            Decision::Store(home_action::job(&payload, &trigger_id, at))
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn decision(payload: &Value) -> Result<Decision, Refusal> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        decide(form.append_pair("payload", &payload.to_string()).finish().as_bytes())
    }

    fn pressed(action_id: &str, value: &str) -> Value {
        json!({
            "type": "block_actions", "team": { "id": "T1" }, "user": { "id": "U1" }, "trigger_id": "1.2.x",
            "actions": [{ "action_id": action_id, "value": value, "action_ts": "1700000000.000100" }],
        })
    }

    #[test]
    fn each_press_is_a_job_of_its_workspace() {
        let Ok(Decision::Store(job)) = decision(&pressed("channel_pause", "C1")) else {
            panic!("stored")
        };
        assert_eq!((job.lane.as_str(), job.kind), ("admin:T1", "home_action"));
        assert_eq!(job.dedup_key.as_deref(), Some("press:T1:1.2.x"));
        let Ok(Decision::Store(job)) = decision(&pressed("home_show_2", "2")) else {
            panic!("stored")
        };
        assert_eq!((job.lane.as_str(), job.kind), ("home:T1:U1", "publish_home"));
    }

    #[test]
    fn what_this_version_does_not_know_is_nothing() {
        let mut shortcut = pressed("channel_pause", "C1");
        shortcut["type"] = json!("shortcut");
        let mut organisation = pressed("channel_pause", "C1");
        organisation["team"] = Value::Null;
        let mut none = pressed("channel_pause", "C1");
        none["actions"] = json!([]);
        for payload in [
            shortcut,
            organisation,
            none,
            pressed("of_a_later_version", "x"),
            pressed("channel_pause", "?"),
        ] {
            assert!(matches!(decision(&payload), Ok(Decision::Ignore)), "{payload}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for body in ["", "payload=", "payload=%7B%7D", "other=1", "payload=%ff"] {
            assert!(matches!(decide(body.as_bytes()), Err(Refusal::Malformed(_))), "{body}");
        }
        for at in [Value::Null, json!("yesterday")] {
            let mut payload = pressed("channel_pause", "C1");
            payload["actions"][0]["action_ts"] = at;
            assert!(matches!(decision(&payload), Err(Refusal::Malformed(_))), "{payload}");
        }
        for trigger in [String::new(), "x".repeat(129)] {
            let mut payload = pressed("channel_pause", "C1");
            payload["trigger_id"] = json!(trigger);
            assert!(matches!(decision(&payload), Err(Refusal::Malformed(_))), "{trigger}");
        }
    }
}

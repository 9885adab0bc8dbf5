//! Somebody presses a button of the app's Home tab. <https://docs.slack.dev/reference/interaction-payloads/block_actions-payload>

use std::sync::Arc;

use serde_json::{Value, json};

use crate::core::{Core, State};
use crate::events;
use crate::ids::{TeamId, UserId};
use crate::standing::Misplaced;
use crate::time::now_micros;

/// Why nobody can press it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClickError {
    /// There is no such person.
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    /// What the person sees has no such button.
    #[error("the Home tab of {0} has no button `{1}` of the value `{2}`")]
    NoButton(UserId, String, String),
    /// The app has no address for what people press.
    #[error("the app has no request URL")]
    NoRequestUrl,
}

/// What is sent, before it is signed.
fn pressed(
    state: &mut State,
    team: &TeamId,
    user: &UserId,
    action: &str,
    value: &str,
) -> Result<Value, ClickError> {
    let app_id = state.world.app.id.clone();
    let trigger = state.chance.challenge();
    let workspace = state.world.workspaces.get_mut(team);
    let workspace = workspace.ok_or_else(|| Misplaced::UnknownWorkspace(team.clone()))?;
    let person = workspace.users.get(user);
    let name = person.ok_or_else(|| Misplaced::UnknownUser(user.clone()))?.name.clone();
    let shown = workspace.homes.get(user).cloned().unwrap_or_default();
    let button = buttons(&shown).find(|button| {
        button["action_id"] == action && button["value"].as_str().unwrap_or_default() == value
    });
    let Some(button) = button else {
        return Err(ClickError::NoButton(user.clone(), action.to_owned(), value.to_owned()));
    };
    let (at, domain) = (workspace.stamp(), workspace.domain());
    Ok(json!({
        "type": "block_actions",
        "user": { "id": user, "username": name, "name": name, "team_id": team },
        "api_app_id": app_id,
        "token": "deprecated",
        "container": { "type": "view", "view_id": format!("V{}", user.trim_start_matches('U')) },
        "trigger_id": format!("{}.{}.{trigger}", now_micros(), team.trim_start_matches('T')),
        "team": { "id": team, "domain": domain },
        "enterprise": null,
        "is_enterprise_install": false,
        "view": shown,
        "actions": [{
            "action_id": action, "block_id": "b", "type": "button", "text": button["text"],
            "value": value, "action_ts": at,
        }],
    }))
}

/// Those of its rows of actions, and those beside its sections.
fn buttons(view: &Value) -> impl Iterator<Item = &Value> {
    let blocks = view["blocks"].as_array().into_iter().flatten();
    let all = blocks.flat_map(|block| {
        let row = block["elements"].as_array().into_iter().flatten();
        row.chain(std::iter::once(&block["accessory"]))
    });
    all.filter(|element| element["type"] == "button")
}

/// Somebody presses it; returns the HTTP status that the app answers in time. Slack sends this once.
pub(crate) async fn press(
    core: &Arc<Core>,
    team: &TeamId,
    user: &UserId,
    action: &str,
    value: &str,
) -> Result<Option<u16>, ClickError> {
    let payload = core.change(|state| pressed(state, team, user, action, value))?;
    let answered = events::interact(core, &payload).await;
    answered.ok_or(ClickError::NoRequestUrl)
}

//! What is wrapped around each event.
//! <https://docs.slack.dev/apis/events-api/#event-type-structure>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::ids::{ChannelId, EventId};
use crate::world::{App, Workspace};

/// What Slack sent to prove itself before it signed requests. Apps should not look at it.
pub(super) const VERIFICATION_TOKEN: &str = "emulated-verification-token";

/// The body of the request that carries an event.
pub(crate) fn envelope(
    app: &App,
    workspace: &Workspace,
    channel: Option<&ChannelId>,
    event: &Map<String, Value>,
    event_id: &EventId,
    event_time: u64,
) -> Bytes {
    let mut context = json!({ "et": event.get("type"), "tid": workspace.id, "aid": app.id });
    if let Some(channel) = channel {
        context["cid"] = json!(channel);
    }
    let envelope = json!({
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.id,
        "context_team_id": workspace.id,
        "context_enterprise_id": null,
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": event_time,
        "authorizations": authorizations(workspace),
        "is_ext_shared_channel": false,
        "event_context": format!("4-{}", STANDARD_NO_PAD.encode(context.to_string())),
    });
    Bytes::from(envelope.to_string())
}

/// One of those whom the event is sent for: the bot, or where there is none, a person.
fn authorizations(workspace: &Workspace) -> Value {
    let person = workspace.grants.iter().find(|(_, grant)| grant.is_live());
    let bot = workspace.is_installed().then_some(&workspace.installation.bot_user);
    let user = bot.or(person.map(|(user, _)| user));
    let authorization = user.map(|user| {
        json!({
            "enterprise_id": null,
            "team_id": workspace.id,
            "user_id": user,
            "is_bot": bot.is_some(),
            "is_enterprise_install": false,
        })
    });
    authorization.into_iter().collect()
}

/// The body of the request that says of a minute that not all of its events are sent.
/// <https://docs.slack.dev/reference/events/app_rate_limited>
pub(super) fn rate_limited(app: &App, workspace: &Workspace, minute: u64) -> Bytes {
    let request = json!({
        "token": VERIFICATION_TOKEN,
        "type": "app_rate_limited",
        "team_id": workspace.id,
        "minute_rate_limited": minute,
        "api_app_id": app.id,
    });
    Bytes::from(request.to_string())
}

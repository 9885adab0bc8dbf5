//! What is wrapped around each event.
//! <https://docs.slack.dev/apis/events-api/#event-type-structure>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::ids::EventId;
use crate::shape::{self, Reading};
use crate::world::{App, Channel, Message, Workspace};

/// What Slack sent to prove itself before it signed requests. Apps should not look at it.
pub(super) const VERIFICATION_TOKEN: &str = "emulated-verification-token";

/// The event that tells of a message.
/// <https://docs.slack.dev/reference/events/message/>
pub(crate) fn message_event(
    app: &App,
    workspace: &Workspace,
    channel: &Channel,
    message: &Message,
) -> Map<String, Value> {
    let mut event = shape::message(app, workspace, channel, message, Reading::Full);
    event.insert("channel".to_owned(), json!(channel.id));
    event.insert("channel_type".to_owned(), json!(channel.kind()));
    event.insert("event_ts".to_owned(), json!(message.ts));
    event
}

/// The body of the request that carries an event.
pub(crate) fn envelope(
    app: &App,
    workspace: &Workspace,
    channel: &Channel,
    event: &Map<String, Value>,
    event_id: &EventId,
    event_time: u64,
) -> Bytes {
    let context = json!({
        "et": event.get("type"),
        "tid": workspace.id,
        "aid": app.id,
        "cid": channel.id,
    });
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
        "authorizations": [{
            "enterprise_id": null,
            "team_id": workspace.id,
            "user_id": workspace.installation.bot_user,
            "is_bot": true,
            "is_enterprise_install": false,
        }],
        "is_ext_shared_channel": false,
        "event_context": format!("4-{}", STANDARD_NO_PAD.encode(context.to_string())),
    });
    Bytes::from(envelope.to_string())
}

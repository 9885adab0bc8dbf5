//! The mark that every copy carries as message metadata, by which it is found again.
//!
//! Ids only: every app and member of the workspace can read it (docs.slack.dev/messaging/message-metadata).

use serde_json::{Value, json};
use shared::echo;
use shared::ids::CopyId;
use shared::slack::methods::conversations::Message;
use shared::tables::copies::Delivery;
use uuid::Uuid;

const EVENT_TYPE: &str = "syncbot_copy";

/// The metadata of a copy, as JSON.
pub(crate) fn metadata(delivery: &Delivery) -> String {
    let payload = json!({ "post": delivery.post_id, "copy": delivery.id, "part": delivery.part });
    json!({ "event_type": EVENT_TYPE, "event_payload": payload }).to_string()
}

/// Whether a message that a history shows is this copy: by its mark; or, where the call posted it in somebody's
/// own name, by its words, since Slack may keep marks of apps only.
pub(crate) fn is_on(message: &Message, delivery: &Delivery) -> bool {
    if let Some(metadata) = &message.metadata {
        return metadata.event_type == EVENT_TYPE
            && metadata.event_payload["copy"] == delivery.id.as_str();
    }
    let text = message.text.as_deref().unwrap_or_default();
    let whole = delivery.body.as_ref().map(|body| body.text.as_str());
    delivery.posted_as.is_some()
        && delivery.posted_as == message.user
        && whole.is_some_and(|whole| echo::is_part(text, whole))
}

/// The copy that an event's metadata names. Any app may write that: whoever believes it looks what it is.
pub(crate) fn named_by(metadata: &Value) -> Option<CopyId> {
    (metadata["event_type"] == EVENT_TYPE).then_some(())?;
    metadata["event_payload"]["copy"].as_str()?.parse().ok()
}

/// The same on each try; Slack promises nothing about it.
pub(crate) fn client_msg_id(copy: &CopyId) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, copy.as_str().as_bytes()).to_string()
}

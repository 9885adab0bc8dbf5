//! The metadata of a message. <https://docs.slack.dev/messaging/message-metadata/>

use serde_json::Value;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::violation::ViolationKind;
use crate::world::Metadata;

/// How much metadata a message carries. The page names no number; this one is on the safe side.
const MOST_BYTES: usize = 8 * 1024;

/// Checks metadata as it was sent.
pub(super) fn check(
    call: &Call<'_>,
    metadata: Option<Value>,
) -> Result<Option<Metadata>, ApiError> {
    let Some(metadata) = metadata else { return Ok(None) };
    if call.person().is_some() && !call.state.switches.person_posts_take_metadata {
        return Err(ApiError::plain("metadata_must_be_sent_from_app"));
    }
    let Value::Object(mut fields) = metadata else { return Err(unreadable("it is no object")) };
    let size = Value::Object(fields.clone()).to_string().len();
    match (fields.remove("event_type"), fields.remove("event_payload")) {
        _ if size > MOST_BYTES => Err(ApiError::breach(
            "metadata_too_large",
            ViolationKind::LimitExceeded,
            format!("metadata of {size} bytes, at most {MOST_BYTES}"),
        )),
        (Some(Value::String(event_type)), Some(Value::Object(event_payload)))
            if !event_type.is_empty() =>
        {
            Ok(Some(Metadata { event_type, event_payload }))
        }
        _ => Err(ApiError::breach(
            "invalid_metadata_schema",
            ViolationKind::InvalidMetadata,
            "metadata needs event_type, a text, and event_payload, an object",
        )),
    }
}

/// Metadata that is not even an object of JSON.
pub(super) fn unreadable(fault: &str) -> ApiError {
    ApiError::breach("invalid_metadata_format", ViolationKind::InvalidMetadata, fault)
}

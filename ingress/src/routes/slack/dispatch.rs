//! Every event type that something is done about, and the file that names its lane.
//!
//! The rest is answered, counted and dropped.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::decision::Decision;
use super::{channel, member, message, reaction};
use crate::refusal::Refusal;

/// Event type → what decides about it. `envelope` is the whole request.
type Decide = fn(envelope: &str) -> Result<Decision, Refusal>;

const EVENTS: &[(&str, Decide)] = &[
    //
    ("message", message::decide),
    ("reaction_added", reaction::decide),
    ("reaction_removed", reaction::decide),
    ("channel_archive", channel::decide),
    ("group_archive", channel::decide),
    ("channel_unarchive", channel::decide),
    ("group_unarchive", channel::decide),
    ("channel_deleted", channel::decide),
    ("group_deleted", channel::decide),
    ("channel_id_changed", channel::decide),
    ("member_joined_channel", channel::decide),
    ("team_join", member::decide),
    ("user_profile_changed", member::decide),
];

#[derive(Deserialize)]
struct TypeOf<'e> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'e, str>,
}

pub(super) fn decide(envelope: &str, event: &RawValue) -> Result<Decision, Refusal> {
    let TypeOf { kind } = serde_json::from_str(event.get())
        .map_err(|_| Refusal::Malformed("the event has no type"))?;
    match EVENTS.iter().find(|(name, _)| *name == kind) {
        Some((_, decide)) => decide(envelope),
        None => Ok(Decision::Ignore),
    }
}

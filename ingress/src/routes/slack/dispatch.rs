//! Every event type that something is done about, and the file that names its lane.
//!
//! The rest is answered, counted and dropped.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::decision::Decision;
use super::{channel, home, member, message, reaction, workspace};
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
    ("channel_rename", channel::decide),
    ("group_rename", channel::decide),
    ("channel_id_changed", channel::decide),
    ("member_joined_channel", channel::decide),
    ("team_join", member::decide),
    ("user_profile_changed", member::decide),
    ("tokens_revoked", workspace::decide),
    ("app_uninstalled", workspace::decide),
    ("app_home_opened", home::decide),
];

/// What Slack tells that nothing follows from, and why.
const IGNORED: &[(&str, &str)] = &[
    ("app_mention", "it comes as a message as well"),
    ("user_change", "it comes as user_profile_changed as well"),
    ("member_left_channel", "a channel that the bot is out of is noticed when it is written to"),
    ("channel_created", "nobody has put it in a sync"),
    ("channel_left", "it is noticed when it is written to"),
    ("channel_history_changed", "what is gone elsewhere stays in the copies"),
    ("emoji_changed", "an emoji that a workspace lacks is tried with the next reaction"),
    ("message_metadata_posted", "nothing follows from other apps' metadata"),
];

#[derive(Deserialize)]
struct TypeOf<'e> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'e, str>,
}

pub(super) fn decide(envelope: &str, event: &RawValue) -> Result<Decision, Refusal> {
    let TypeOf { kind } = serde_json::from_str(event.get())
        .map_err(|_| Refusal::Malformed("the event has no type"))?;
    if let Some((_, decide)) = EVENTS.iter().find(|(name, _)| *name == kind) {
        return decide(envelope);
    }
    let known = IGNORED.iter().find(|(name, _)| *name == kind);
    let reason = known.map_or("nobody knows this type", |(_, reason)| reason);
    tracing::debug!(slack.event = %kind, reason, "event ignored");
    Ok(Decision::Ignore)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// What the app's manifest asks Slack to send, by the type that the events have.
    fn asked_for() -> Vec<String> {
        let manifest: Value = serde_json::from_str(include_str!("../../../../slack-manifest.json"))
            .expect("the manifest is JSON");
        let events = manifest["settings"]["event_subscriptions"]["bot_events"].as_array();
        let name = |event: &Value| event.as_str().expect("a name").to_owned();
        let names = events.expect("a list").iter().map(name);
        // Messages are asked for by kind of channel, and all come as `message`.
        names.map(|name| name.split('.').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn the_manifest_asks_for_what_is_done_something_about_and_for_nothing_else() {
        let asked_for = asked_for();
        for name in &asked_for {
            let is_known = EVENTS.iter().map(|(name, _)| *name);
            let is_known = is_known.chain(IGNORED.iter().map(|(name, _)| *name));
            assert!(is_known.clone().any(|known| known == name), "{name} has no line");
        }
        for (name, _) in EVENTS {
            assert!(asked_for.iter().any(|asked| asked == name), "{name} is not asked for");
        }
    }
}

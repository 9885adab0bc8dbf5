//! Kinds of messages that are not copied, and why (docs.slack.dev/reference/events/message#subtypes). What
//! people and apps say is in `action.rs`.

/// Slack tells of the channel; whoever is in the others sees those.
const OF_THE_CHANNEL: &str = "Slack tells of the channel";
/// It concerns the workspace alone.
const OF_THE_WORKSPACE: &str = "Slack tells of something that the other workspaces do not have";

const KINDS: &[(&str, &str)] = &[
    ("assistant_app_thread", OF_THE_WORKSPACE),
    ("bot_add", OF_THE_WORKSPACE),
    ("bot_remove", OF_THE_WORKSPACE),
    ("channel_archive", OF_THE_CHANNEL),
    ("channel_canvas_updated", OF_THE_CHANNEL),
    ("channel_convert_to_private", OF_THE_CHANNEL),
    ("channel_convert_to_public", OF_THE_CHANNEL),
    ("channel_join", OF_THE_CHANNEL),
    ("channel_leave", OF_THE_CHANNEL),
    ("channel_name", OF_THE_CHANNEL),
    ("channel_posting_permissions", OF_THE_CHANNEL),
    ("channel_purpose", OF_THE_CHANNEL),
    ("channel_topic", OF_THE_CHANNEL),
    ("channel_unarchive", OF_THE_CHANNEL),
    ("document_mention", OF_THE_WORKSPACE),
    ("ekm_access_denied", "an administrator has taken the message away"),
    ("group_archive", OF_THE_CHANNEL),
    ("group_join", OF_THE_CHANNEL),
    ("group_leave", OF_THE_CHANNEL),
    ("group_name", OF_THE_CHANNEL),
    ("group_purpose", OF_THE_CHANNEL),
    ("group_topic", OF_THE_CHANNEL),
    ("group_unarchive", OF_THE_CHANNEL),
    ("huddle_thread", "a huddle can be joined in its own workspace only"),
    ("joiner_notification", OF_THE_WORKSPACE),
    ("message_replied", "the reply comes as a message of its own"),
    ("pinned_item", OF_THE_CHANNEL),
    ("reminder_add", OF_THE_WORKSPACE),
    ("slackbot_response", "Slackbot answers those who are there"),
    ("unpinned_item", OF_THE_CHANNEL),
];

/// Why a message of this kind is not copied.
pub(crate) fn reason(subtype: &str) -> &'static str {
    let known = KINDS.iter().find(|(kind, _)| *kind == subtype);
    known.map_or("nobody knows this kind of message", |(_, reason)| reason)
}

//! Switches: what Slack does in one way here and another there, what nobody knows until it is seen
//! on a real workspace, and what it only does on a bad day.

use serde::{Deserialize, Serialize};

use crate::ids::TeamId;

/// How the emulator behaves from now on. The default is Slack on a good day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "switches are on or off, each by itself")]
pub struct Switches {
    /// The app's "Delayed Events" setting: after the third retry go on hourly for a day.
    /// <https://docs.slack.dev/apis/events-api/>
    pub delayed_events: bool,
    /// Whether a retry is signed anew with the present time (undocumented), or carries the first
    /// attempt's signature.
    pub retries_are_resigned: bool,
    /// In which order the events of one channel are sent.
    pub event_order: EventOrder,
    /// Send each event twice, with the same event id and no retry header.
    pub duplicate_events: bool,
    /// Send each message as that many events with different event ids.
    pub events_per_message: u32,
    /// Drop events: the Events API is "a best-effort system".
    pub lose_events: bool,
    /// Drop the events of this workspace, as if too many of it were sent, and tell of each minute in
    /// which something is dropped by `app_rate_limited`.
    /// <https://docs.slack.dev/reference/events/app_rate_limited>
    pub events_limited_in: Option<TeamId>,
    /// Follow a `thread_broadcast` event by a plain one of the same message (undocumented).
    pub broadcast_sends_plain_event_too: bool,
    /// Whether `edited.ts` is cut to whole seconds, as was seen: then two edits within a second have
    /// the same one. Slack's own examples have it either way.
    pub edited_in_whole_seconds: bool,
    /// Follow a deleted thread root by a `message_changed` of each reply, with nothing changed: seen
    /// in <https://github.com/42wim/matterbridge/issues/1959>.
    pub deleted_roots_resend_replies: bool,
    /// Follow each reply by a `message_changed` of its root, whose count of replies is all that
    /// changed (undocumented).
    pub replies_change_their_root: bool,
    /// Whether `chat.postMessage` with a `client_msg_id` seen before posts nothing new and answers
    /// with the first message (undocumented).
    pub client_msg_id_deduplicates: bool,
    /// How long Slack takes to show uploaded files after it accepted them.
    pub share_delay_ms: u64,
    /// So many of the next shares are accepted and never shown, as happens now and then.
    pub shares_to_lose: u32,
    /// Whether uploaded files are shown under the name that was chosen for them; newer than the page.
    pub shares_keep_chosen_name: bool,
    /// Whether `files.completeUploadExternal` takes files that it took before, and shares nothing new
    /// (undocumented).
    pub shares_may_be_completed_again: bool,
    /// Whether events tell of other apps' messages without text, blocks and attachments, which histories
    /// have (undocumented).
    pub app_events_show_nothing: bool,
    /// Whether events of messages that the app posted with a person's token name the app, as seen in
    /// <https://github.com/anneschuth/claude-threads/issues/526>. Otherwise they look as if the person
    /// typed them, but for what the call gave them.
    pub person_posts_name_the_app: bool,
    /// Whether messages that are posted with a person's token take metadata. The page says that it
    /// "can only be posted or updated using an app-level token", which may mean no people's.
    /// <https://docs.slack.dev/reference/methods/chat.postMessage>
    pub person_posts_take_metadata: bool,
    /// Whether events of messages carry their metadata, which Slack's pages do not show. Histories have
    /// it in any case. <https://docs.slack.dev/messaging/message-metadata/>
    pub events_carry_metadata: bool,
    /// Whether a person's token reads the histories of public channels that the person is not in, as
    /// they can in Slack (undocumented; so in
    /// <https://github.com/Unstructured-IO/unstructured-ingest/pull/741>).
    pub people_read_public_channels: bool,
    /// Whether the app subscribes to `user_change`, which comes with each `user_profile_changed`.
    /// <https://docs.slack.dev/reference/events/user_change>
    pub user_change_comes_too: bool,
    /// Whether the app's tokens stay the same when it is installed anew where it is installed: "in
    /// most cases", says <https://github.com/slackapi/bolt-python/issues/969>. Otherwise the former ones
    /// are good no longer. Rotated ones never stay.
    pub reinstall_keeps_the_token: bool,
    /// Whether `tokens_revoked` names the bot, too, when a person takes back what they allowed, though
    /// the bot's tokens are as good as before (undocumented).
    pub personal_revoke_names_the_bot: bool,
    /// Whether `tokens_revoked` tells of tokens that end because an account is deactivated
    /// (undocumented).
    pub deactivation_tells_of_tokens: bool,
    /// In which order `tokens_revoked` and `app_uninstalled` are sent. Slack promises none.
    /// <https://docs.slack.dev/reference/events/app_uninstalled>
    pub uninstall_event_order: UninstallOrder,
    /// What becomes of a text that is too long for one message.
    pub long_text: LongText,
    /// Whether a message under a chosen name keeps it when `chat.update` changes it (undocumented;
    /// lost in <https://github.com/slackapi/node-slack-sdk/issues/944>).
    pub update_keeps_chosen_name: bool,
    /// Whether `chat.delete` deletes a message under a chosen name. The page says that one sent
    /// "impersonating another user" cannot be deleted, which may mean these.
    /// <https://docs.slack.dev/reference/methods/chat.delete>
    pub chosen_names_can_be_deleted: bool,
    /// Whether `chat.update` and `chat.delete` find a tombstone, and then refuse it as another's
    /// (undocumented).
    pub tombstones_are_found: bool,
    /// How many different emoji a message takes (undocumented).
    pub emoji_per_message: Option<usize>,
    /// With how many different emoji one user can react to a message (undocumented).
    pub emoji_per_user: Option<usize>,
    /// How many users are named with a reaction; the count is right all the same.
    /// <https://docs.slack.dev/reference/methods/reactions.get>
    pub reaction_users: Option<usize>,
    /// Keep to the limits that Slack publishes: what comes too soon is answered with HTTP 429.
    /// Apps that are given short histories, as [`Self::history_page`] says, may read one a minute.
    /// <https://docs.slack.dev/apis/web-api/rate-limits>
    pub rate_limits: bool,
    /// The most messages that a history gives at once, whatever is asked for: 15 for apps that count
    /// as commercially distributed. <https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps>
    pub history_page: Option<usize>,
    /// Added to the time that signatures carry, to try a receiver whose clock is wrong or which
    /// moves its own clock along with [`crate::SlackEmulator::advance`].
    pub signature_skew_seconds: i64,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            delayed_events: false,
            retries_are_resigned: true,
            event_order: EventOrder::PerChannel,
            duplicate_events: false,
            events_per_message: 1,
            lose_events: false,
            events_limited_in: None,
            broadcast_sends_plain_event_too: false,
            edited_in_whole_seconds: true,
            deleted_roots_resend_replies: false,
            replies_change_their_root: false,
            client_msg_id_deduplicates: false,
            share_delay_ms: 20,
            shares_to_lose: 0,
            shares_keep_chosen_name: false,
            shares_may_be_completed_again: true,
            app_events_show_nothing: false,
            person_posts_name_the_app: true,
            person_posts_take_metadata: true,
            events_carry_metadata: true,
            people_read_public_channels: false,
            user_change_comes_too: false,
            reinstall_keeps_the_token: true,
            personal_revoke_names_the_bot: false,
            deactivation_tells_of_tokens: false,
            uninstall_event_order: UninstallOrder::TokensFirst,
            long_text: LongText::Split,
            update_keeps_chosen_name: true,
            chosen_names_can_be_deleted: true,
            tombstones_are_found: false,
            emoji_per_message: None,
            emoji_per_user: None,
            reaction_users: None,
            rate_limits: false,
            history_page: None,
            signature_skew_seconds: 0,
        }
    }
}

/// In which order the events of one channel are sent. Slack promises none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventOrder {
    /// One after the other: the next when the previous was acknowledged or first failed.
    PerChannel,
    /// All at once, so that they overtake each other as the network has it.
    Concurrent,
    /// The second of each two before the first.
    SwappedPairs,
}

/// In which order the app is told of its end in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UninstallOrder {
    /// `tokens_revoked`, then `app_uninstalled`.
    TokensFirst,
    /// The other way round.
    UninstalledFirst,
}

/// What becomes of a text of more than about 4,000 characters: servers were seen to do either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongText {
    /// It is posted as several messages, and the answer names the first.
    Split,
    /// It is refused with `msg_too_long`.
    Refuse,
}

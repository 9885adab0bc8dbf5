//! The table of methods: each line names one file.
//! <https://docs.slack.dev/reference/methods>

use super::call::Call;
use super::error::ApiError;
use super::fields::Fields;
use super::{auth, chat, conversations, emoji, files, reactions, team, users};
use crate::limits::Tier;

pub(super) struct Method {
    pub(super) name: &'static str,
    /// The scopes of which the token needs one; which one may depend on the channel.
    pub(super) scopes: &'static [&'static str],
    pub(super) kind: Kind,
    /// How often it may be called, as its page says.
    pub(super) tier: Tier,
    pub(super) run: fn(&mut Call<'_>) -> Result<Fields, ApiError>,
}

/// How a method takes its arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// By GET or POST, as a form or JSON.
    Read,
    /// By GET or POST, as a form only: an older method, which answers a JSON body as if it were
    /// empty.
    ReadForm,
    /// By POST, as a form or JSON.
    Write,
}

const HISTORY: &[&str] = &["channels:history", "groups:history"];
const READ: &[&str] = &["channels:read", "groups:read"];

use Kind::{Read, ReadForm, Write};

#[rustfmt::skip]
const METHODS: &[Method] = &[
    Method { name: "auth.test", scopes: &[], kind: Read, tier: Tier::Special, run: auth::test::run },
    Method { name: "chat.delete", scopes: &["chat:write"], kind: Write, tier: Tier::Three, run: chat::delete::run },
    Method { name: "chat.getPermalink", scopes: &[], kind: Read, tier: Tier::Special, run: chat::get_permalink::run },
    Method { name: "chat.postMessage", scopes: &["chat:write"], kind: Write, tier: Tier::Posting, run: chat::post_message::run },
    Method { name: "chat.update", scopes: &["chat:write"], kind: Write, tier: Tier::Three, run: chat::update::run },
    Method { name: "conversations.history", scopes: HISTORY, kind: Read, tier: Tier::History, run: conversations::history::run },
    Method { name: "conversations.info", scopes: READ, kind: Read, tier: Tier::Three, run: conversations::info::run },
    Method { name: "conversations.join", scopes: &["channels:join"], kind: Write, tier: Tier::Three, run: conversations::join::run },
    Method { name: "conversations.leave", scopes: &["channels:manage", "groups:write"], kind: Write, tier: Tier::Three, run: conversations::leave::run },
    Method { name: "conversations.replies", scopes: HISTORY, kind: Read, tier: Tier::History, run: conversations::replies::run },
    Method { name: "emoji.list", scopes: &["emoji:read"], kind: ReadForm, tier: Tier::Two, run: emoji::list::run },
    Method { name: "files.completeUploadExternal", scopes: &["files:write"], kind: Write, tier: Tier::Four, run: files::complete_upload::run },
    Method { name: "files.delete", scopes: &["files:write"], kind: Write, tier: Tier::Three, run: files::delete::run },
    Method { name: "files.getUploadURLExternal", scopes: &["files:write"], kind: ReadForm, tier: Tier::Four, run: files::get_upload_url::run },
    Method { name: "files.info", scopes: &["files:read"], kind: ReadForm, tier: Tier::Four, run: files::info::run },
    Method { name: "reactions.add", scopes: &["reactions:write"], kind: Write, tier: Tier::Three, run: reactions::add::run },
    Method { name: "reactions.get", scopes: &["reactions:read"], kind: ReadForm, tier: Tier::Three, run: reactions::get::run },
    Method { name: "reactions.remove", scopes: &["reactions:write"], kind: Write, tier: Tier::Two, run: reactions::remove::run },
    Method { name: "team.info", scopes: &["team:read"], kind: ReadForm, tier: Tier::Three, run: team::info::run },
    Method { name: "users.info", scopes: &["users:read"], kind: ReadForm, tier: Tier::Four, run: users::info::run },
    Method { name: "users.list", scopes: &["users:read"], kind: ReadForm, tier: Tier::Two, run: users::list::run },
];

pub(super) fn method(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

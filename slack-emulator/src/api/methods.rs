//! The table of methods: each line names one file.
//! <https://docs.slack.dev/reference/methods>

use serde_json::{Map, Value};

use super::call::Call;
use super::error::ApiError;
use super::{auth, chat, conversations, team, users};

/// What a method adds to `ok: true`.
pub(super) type Fields = Map<String, Value>;

pub(super) struct Method {
    pub(super) name: &'static str,
    /// The scopes of which the token needs one; which one may depend on the channel.
    pub(super) scopes: &'static [&'static str],
    pub(super) kind: Kind,
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
    Method { name: "auth.test", scopes: &[], kind: Read, run: auth::test::run },
    Method { name: "chat.getPermalink", scopes: &[], kind: Read, run: chat::get_permalink::run },
    Method { name: "chat.postMessage", scopes: &["chat:write"], kind: Write, run: chat::post_message::run },
    Method { name: "conversations.history", scopes: HISTORY, kind: Read, run: conversations::history::run },
    Method { name: "conversations.info", scopes: READ, kind: Read, run: conversations::info::run },
    Method { name: "conversations.join", scopes: &["channels:join"], kind: Write, run: conversations::join::run },
    Method { name: "conversations.replies", scopes: HISTORY, kind: Read, run: conversations::replies::run },
    Method { name: "team.info", scopes: &["team:read"], kind: ReadForm, run: team::info::run },
    Method { name: "users.info", scopes: &["users:read"], kind: ReadForm, run: users::info::run },
    Method { name: "users.list", scopes: &["users:read"], kind: ReadForm, run: users::list::run },
];

pub(super) fn method(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

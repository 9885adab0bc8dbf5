//! The table of methods: each line names one file.
//! <https://docs.slack.dev/reference/methods>

use super::call::Call;
use super::client_call::ClientCall;
use super::error::ApiError;
use super::fields::Fields;
use super::{apps, auth, chat, conversations, emoji, files, oauth, reactions, team, users, views};
use crate::limits::Tier;
use crate::world::Caller;

pub(super) struct Method {
    pub(super) name: &'static str,
    pub(super) scopes: Scopes,
    pub(super) kind: Kind,
    /// How often it may be called, as its page says.
    pub(super) tier: Tier,
    pub(super) run: Run,
}

/// How the caller shows who they are, and what is done then.
pub(super) enum Run {
    /// By a token.
    Token(fn(&mut Call<'_>) -> Result<Fields, ApiError>),
    /// By the app's client id and secret.
    Client(fn(&mut ClientCall<'_>) -> Result<Fields, ApiError>),
}

/// The scopes of which a token needs one; which one may depend on the channel.
pub(super) struct Scopes {
    bot: &'static [&'static str],
    person: &'static [&'static str],
}

impl Scopes {
    pub(super) fn of(&self, caller: &Caller) -> &'static [&'static str] {
        match caller {
            Caller::Bot => self.bot,
            Caller::Person(_) => self.person,
        }
    }
}

/// The same for the bot's token and for people's.
const fn alike(scopes: &'static [&'static str]) -> Scopes {
    Scopes { bot: scopes, person: scopes }
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
    /// By POST, as a form only.
    WriteForm,
}

const NONE: Scopes = alike(&[]);
const HISTORY: Scopes = alike(&["channels:history", "groups:history"]);
const READ: Scopes = alike(&["channels:read", "groups:read"]);
const JOIN: Scopes = Scopes { bot: &["channels:join"], person: &["channels:write"] };
const LEAVE: Scopes = Scopes {
    bot: &["channels:manage", "groups:write"],
    person: &["channels:write", "groups:write"],
};
const INVITE: Scopes = Scopes {
    bot: &["channels:manage", "channels:write.invites", "groups:write", "groups:write.invites"],
    person: &["channels:write", "channels:write.invites", "groups:write", "groups:write.invites"],
};

use Kind::{Read, ReadForm, Write, WriteForm};
use Run::{Client, Token};

#[rustfmt::skip]
const METHODS: &[Method] = &[
    Method { name: "apps.uninstall", scopes: NONE, kind: ReadForm, tier: Tier::One, run: Token(apps::uninstall::run) },
    Method { name: "auth.revoke", scopes: NONE, kind: ReadForm, tier: Tier::Three, run: Token(auth::revoke::run) },
    Method { name: "auth.test", scopes: NONE, kind: Read, tier: Tier::Special, run: Token(auth::test::run) },
    Method { name: "chat.delete", scopes: alike(&["chat:write"]), kind: Write, tier: Tier::Three, run: Token(chat::delete::run) },
    Method { name: "chat.getPermalink", scopes: NONE, kind: Read, tier: Tier::Special, run: Token(chat::get_permalink::run) },
    Method { name: "chat.postMessage", scopes: alike(&["chat:write"]), kind: Write, tier: Tier::Posting, run: Token(chat::post_message::run) },
    Method { name: "chat.update", scopes: alike(&["chat:write"]), kind: Write, tier: Tier::Three, run: Token(chat::update::run) },
    Method { name: "conversations.history", scopes: HISTORY, kind: Read, tier: Tier::History, run: Token(conversations::history::run) },
    Method { name: "conversations.info", scopes: READ, kind: Read, tier: Tier::Three, run: Token(conversations::info::run) },
    Method { name: "conversations.invite", scopes: INVITE, kind: Write, tier: Tier::Three, run: Token(conversations::invite::run) },
    Method { name: "conversations.join", scopes: JOIN, kind: Write, tier: Tier::Three, run: Token(conversations::join::run) },
    Method { name: "conversations.leave", scopes: LEAVE, kind: Write, tier: Tier::Three, run: Token(conversations::leave::run) },
    Method { name: "conversations.members", scopes: READ, kind: Read, tier: Tier::Four, run: Token(conversations::members::run) },
    Method { name: "conversations.open", scopes: alike(&["im:write"]), kind: Write, tier: Tier::Three, run: Token(conversations::open::run) },
    Method { name: "conversations.replies", scopes: HISTORY, kind: Read, tier: Tier::History, run: Token(conversations::replies::run) },
    Method { name: "emoji.list", scopes: alike(&["emoji:read"]), kind: ReadForm, tier: Tier::Two, run: Token(emoji::list::run) },
    Method { name: "files.completeUploadExternal", scopes: alike(&["files:write"]), kind: Write, tier: Tier::Four, run: Token(files::complete_upload::run) },
    Method { name: "files.delete", scopes: alike(&["files:write"]), kind: Write, tier: Tier::Three, run: Token(files::delete::run) },
    Method { name: "files.getUploadURLExternal", scopes: alike(&["files:write"]), kind: ReadForm, tier: Tier::Four, run: Token(files::get_upload_url::run) },
    Method { name: "files.info", scopes: alike(&["files:read"]), kind: ReadForm, tier: Tier::Four, run: Token(files::info::run) },
    Method { name: "oauth.v2.access", scopes: NONE, kind: WriteForm, tier: Tier::Special, run: Client(oauth::v2_access::run) },
    Method { name: "reactions.add", scopes: alike(&["reactions:write"]), kind: Write, tier: Tier::Three, run: Token(reactions::add::run) },
    Method { name: "reactions.get", scopes: alike(&["reactions:read"]), kind: ReadForm, tier: Tier::Three, run: Token(reactions::get::run) },
    Method { name: "reactions.remove", scopes: alike(&["reactions:write"]), kind: Write, tier: Tier::Two, run: Token(reactions::remove::run) },
    Method { name: "team.info", scopes: alike(&["team:read"]), kind: ReadForm, tier: Tier::Three, run: Token(team::info::run) },
    Method { name: "users.info", scopes: alike(&["users:read"]), kind: ReadForm, tier: Tier::Four, run: Token(users::info::run) },
    Method { name: "users.list", scopes: alike(&["users:read"]), kind: ReadForm, tier: Tier::Two, run: Token(users::list::run) },
    Method { name: "users.lookupByEmail", scopes: alike(&["users:read.email"]), kind: ReadForm, tier: Tier::Three, run: Token(users::lookup_by_email::run) },
    Method { name: "views.publish", scopes: NONE, kind: Write, tier: Tier::Four, run: Token(views::publish::run) },
];

pub(super) fn method(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

//! A message, and the draft that becomes one.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Reactions, SLACKBOT};
use crate::ids::{FileId, Ts, UserId};

/// Who wrote a message.
#[derive(Clone, Debug)]
pub(crate) enum Author {
    User(UserId),
    /// The app's bot, under its own name or under one that it chose for this message.
    Bot(Option<Face>),
    /// Another app that is installed there, under this name.
    OtherApp(String),
}

/// The name and picture that a bot chose for one message.
/// <https://docs.slack.dev/reference/methods/chat.postMessage>
#[derive(Clone, Debug)]
pub(crate) struct Face {
    pub(crate) username: Option<String>,
    pub(crate) icon: Option<Icon>,
}

#[derive(Clone, Debug)]
pub(crate) enum Icon {
    Emoji(String),
    Url(String),
}

/// How a message came that is a person's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From a client of Slack's: the person typed it.
    Client,
    /// From the app, which speaks for the person; Slack says so or not.
    App { is_named: bool },
}

/// What an app attaches to its message for other apps to read.
/// <https://docs.slack.dev/messaging/message-metadata/>
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Metadata {
    pub(crate) event_type: String,
    pub(crate) event_payload: Map<String, Value>,
}

/// What sort of a message it is, apart from who wrote it.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Something said.
    Plain,
    /// What somebody does, said with `/me`. <https://docs.slack.dev/reference/events/message/me_message>
    Me,
    /// Slack's own line about something that happened in the channel: its subtype, and what it
    /// says besides the text.
    Line { subtype: &'static str, more: Map<String, Value> },
    /// What stands at the root of a thread after the message there was deleted.
    Tombstone,
}

/// A message that is not posted yet.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) author: Author,
    pub(crate) origin: Origin,
    pub(crate) text: String,
    pub(crate) blocks: Option<Value>,
    /// What is attached from the beginning.
    pub(crate) attachments: Vec<Value>,
    /// The files that are shared with it.
    pub(crate) files: Vec<FileId>,
    pub(crate) thread_ts: Option<Ts>,
    /// Whether a reply is shown in the channel too.
    pub(crate) broadcast: bool,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) client_msg_id: Option<String>,
    pub(crate) kind: Kind,
    /// The time stamp to post under, instead of the present.
    pub(crate) ts: Option<Ts>,
}

impl Draft {
    pub(crate) fn new(author: Author, text: impl Into<String>) -> Self {
        Self {
            author,
            origin: Origin::Client,
            text: text.into(),
            blocks: None,
            attachments: Vec::new(),
            files: Vec::new(),
            thread_ts: None,
            broadcast: false,
            metadata: None,
            client_msg_id: None,
            kind: Kind::Plain,
            ts: None,
        }
    }
}

/// Who changed a message last, and when.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Edited {
    /// A user's id, or a bot's.
    pub(crate) user: String,
    pub(crate) ts: Ts,
}

/// A message of a channel.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) ts: Ts,
    pub(crate) draft: Draft,
    /// The replies, oldest first, if this is a thread's root.
    pub(crate) replies: Vec<Ts>,
    pub(crate) edited: Option<Edited>,
    pub(crate) reactions: Reactions,
    /// What Slack or an app attached: previews of links, and what was attached from the beginning.
    pub(crate) attachments: Vec<Value>,
}

impl Message {
    pub(crate) fn new(ts: Ts, mut draft: Draft) -> Self {
        let attachments = std::mem::take(&mut draft.attachments);
        Self {
            ts,
            draft,
            replies: Vec::new(),
            edited: None,
            reactions: Reactions::default(),
            attachments,
        }
    }

    /// A message has one subtype or none. That a broadcast comes before a bot's chosen name, where
    /// both apply, is a guess.
    pub(crate) fn subtype(&self) -> Option<&'static str> {
        match self.draft.kind {
            Kind::Line { subtype, .. } => Some(subtype),
            Kind::Tombstone => Some("tombstone"),
            Kind::Me => Some("me_message"),
            Kind::Plain if !self.draft.files.is_empty() => Some("file_share"),
            Kind::Plain if self.draft.broadcast => Some("thread_broadcast"),
            Kind::Plain => match self.draft.author {
                Author::Bot(Some(_)) | Author::OtherApp(_) => Some("bot_message"),
                Author::Bot(None) | Author::User(_) => None,
            },
        }
    }

    /// Whether the message is shown in the channel, not only in a thread.
    pub(crate) fn in_channel(&self) -> bool {
        self.draft.thread_ts.is_none() || self.draft.broadcast
    }

    /// Whether the app posted it, in its own name or a person's.
    pub(crate) fn is_by_app(&self) -> bool {
        matches!(self.draft.author, Author::Bot(_)) || self.draft.origin != Origin::Client
    }

    /// Whether this is a line of Slack's own, which can neither be replied to nor changed.
    pub(crate) fn is_line(&self) -> bool {
        matches!(self.draft.kind, Kind::Line { .. })
    }

    pub(crate) fn is_tombstone(&self) -> bool {
        matches!(self.draft.kind, Kind::Tombstone)
    }

    /// Leaves nothing of the message but that one was here.
    pub(crate) fn bury(&mut self) {
        let author = Author::User(SLACKBOT.into());
        self.draft =
            Draft { kind: Kind::Tombstone, ..Draft::new(author, "This message was deleted.") };
        self.edited = None;
        self.reactions = Reactions::default();
        self.attachments.clear();
    }
}

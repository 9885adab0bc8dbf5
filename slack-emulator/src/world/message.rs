//! A message, and the draft that becomes one.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::ids::{Ts, UserId};

/// Who wrote a message.
#[derive(Clone, Debug)]
pub(crate) enum Author {
    User(UserId),
    /// The app's bot, under its own name or under one that it chose for this message.
    Bot(Option<Face>),
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

/// What an app attaches to its message for other apps to read.
/// <https://docs.slack.dev/messaging/message-metadata/>
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Metadata {
    pub(crate) event_type: String,
    pub(crate) event_payload: Map<String, Value>,
}

/// A message that is not posted yet.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) author: Author,
    pub(crate) text: String,
    pub(crate) blocks: Option<Value>,
    pub(crate) thread_ts: Option<Ts>,
    /// Whether a reply is shown in the channel too.
    pub(crate) broadcast: bool,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) client_msg_id: Option<String>,
    /// Whether the message is Slack's own line about the author having joined.
    pub(crate) is_join: bool,
    /// The time stamp to post under, instead of the present.
    pub(crate) ts: Option<Ts>,
}

impl Draft {
    pub(crate) fn new(author: Author, text: impl Into<String>) -> Self {
        Self {
            author,
            text: text.into(),
            blocks: None,
            thread_ts: None,
            broadcast: false,
            metadata: None,
            client_msg_id: None,
            is_join: false,
            ts: None,
        }
    }
}

/// A message of a channel.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) ts: Ts,
    pub(crate) draft: Draft,
    /// The replies, oldest first, if this is a thread's root.
    pub(crate) replies: Vec<Ts>,
}

impl Message {
    /// A message has one subtype or none. That a broadcast comes before a bot's chosen name, where
    /// both apply, is a guess.
    pub(crate) fn subtype(&self) -> Option<&'static str> {
        if self.draft.is_join {
            Some("channel_join")
        } else if self.draft.broadcast {
            Some("thread_broadcast")
        } else if matches!(self.draft.author, Author::Bot(Some(_))) {
            Some("bot_message")
        } else {
            None
        }
    }

    /// Whether the message is shown in the channel, not only in a thread.
    pub(crate) fn in_channel(&self) -> bool {
        self.draft.thread_ts.is_none() || self.draft.broadcast
    }
}

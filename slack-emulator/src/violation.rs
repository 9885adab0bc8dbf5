//! Breaches of Slack's rules by the app under test. A test asserts that there are none.
//!
//! What an app cannot know beforehand (a channel was archived, the bot was removed) is answered
//! with an error like the rest, but is no breach.

use serde::Serialize;

use crate::ids::TeamId;

/// One breach of Slack's rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The method that was called.
    pub method: String,
    /// The workspace of the token, if it is one of the emulator's.
    pub team: Option<TeamId>,
    /// Which rule was broken.
    pub kind: ViolationKind,
    /// What exactly, in a sentence.
    pub detail: String,
    /// When, in microseconds since 1970.
    pub at_micros: u64,
}

/// Which rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ViolationKind {
    /// A body, argument or cursor cannot be read.
    Unreadable,
    /// The arguments came in a form that the method does not read.
    WrongEncoding,
    /// There is no such method.
    UnknownMethod,
    /// No token was sent.
    MissingToken,
    /// The token belongs to no workspace.
    UnknownToken,
    /// The token lacks a scope.
    MissingScope,
    /// A required argument is missing.
    MissingArgument,
    /// An argument is of the wrong type.
    WrongType,
    /// The method has no such argument.
    UnknownArgument,
    /// An argument that only the bot may give, with a person's token.
    BotsOnly,
    /// An id or time stamp that exists nowhere.
    UnknownId,
    /// An id of another workspace than the token's.
    ForeignId,
    /// A text, list or number beyond its bound.
    LimitExceeded,
    /// A reply to a reply.
    ReplyToReply,
    /// A change to a message that is not the app's own.
    NotOwnMessage,
    /// Blocks that break Block Kit's rules.
    InvalidBlocks,
    /// Metadata that breaks its rules.
    InvalidMetadata,
}

/// A breach found while a call is answered; the frame of the call completes it to a [`Violation`].
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) kind: ViolationKind,
    pub(crate) detail: String,
}

impl Breach {
    pub(crate) fn new(kind: ViolationKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

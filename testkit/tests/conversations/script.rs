//! A conversation as chance makes it up: what people are about to do, and what goes wrong meanwhile. What of
//! it comes to pass depends on what they see by then.

/// A conversation.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) switches: Switches,
    pub(crate) steps: Vec<Step>,
}

/// What is so throughout.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Switches {
    pub(crate) syncs: Syncs,
    pub(crate) order: Order,
    pub(crate) duplicate_events: bool,
    pub(crate) several_events: bool,
    /// Slack tells of threads more than anybody wants to know.
    pub(crate) noisy_threads: bool,
    /// The last of the three shows reactions in words.
    pub(crate) in_words: bool,
    pub(crate) voices: Voices,
}

/// Which channels are in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syncs {
    /// All three.
    One,
    /// All three, but what is said in the last stays there.
    Listens,
    /// All three, but the last hears nothing.
    Speaks,
    /// The first with the second, and the second with the last.
    Chain,
    /// All three, and the first with the second once more.
    Twice,
}

/// What events of messages that SyncBot posted in a person's own name tell of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voices {
    NameTheApp,
    CarryMarks,
    LookTyped,
}

/// In which order Slack hands events over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Kept,
    Concurrent,
    Swapped,
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Plain,
    /// In two parts.
    Long,
    /// With `/me`.
    Me,
    /// A reply that is shown in the channel as well.
    Broadcast,
    WithFile,
    /// Without a word.
    FileAlone,
}

/// Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Say {
        side: usize,
        is_ida: bool,
        manner: Manner,
    },
    Reply {
        side: usize,
        is_ida: bool,
        to: usize,
        manner: Manner,
        /// Until the message is to be seen there.
        waits: bool,
    },
    Edit {
        message: usize,
        goes_back: bool,
    },
    Delete {
        message: usize,
    },
    React {
        side: usize,
        is_ida: bool,
        message: usize,
        emoji: usize,
        /// Until the message is to be seen there.
        waits: bool,
    },
    /// One of the reactions that are there.
    Unreact {
        reaction: usize,
    },
    Pause {
        side: usize,
    },
    Resume {
        side: usize,
    },
    Fault {
        /// Of one workspace, or of any.
        side: Option<usize>,
        method: &'static str,
        trouble: Trouble,
        /// So many go well.
        after: u32,
        times: u32,
    },
    /// Slack sends no event of this workspace, and says so.
    Limit {
        side: usize,
    },
    Unlimit,
    /// The worker dies, once or several times in a row, each time after so many more calls.
    Crash {
        after: Vec<usize>,
    },
    /// The worker dies, and no other takes over for a while.
    Away,
    Back,
    Rest,
}

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    Limited,
    LongLimited,
    Refused,
    Cut,
    AnswerLost,
    ErrorBefore,
    ErrorAfter,
    StatusAfter,
    Slow,
}

/// What SyncBot asks of Slack, and how often something goes wrong with it.
pub(crate) const METHODS: [(u32, &str); 12] = [
    (6, "chat.postMessage"),
    (3, "chat.update"),
    (2, "chat.delete"),
    (3, "reactions.add"),
    (1, "reactions.remove"),
    (2, "conversations.history"),
    (2, "conversations.replies"),
    (1, "users.info"),
    (1, "files.info"),
    (1, "files.completeUploadExternal"),
    (1, "file download"),
    (1, "file upload"),
];
pub(crate) const EMOJI: [&str; 3] = ["wave", "tada", "thumbsup::skin-tone-3"];

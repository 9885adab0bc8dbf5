//! What people do, and what goes wrong meanwhile.

use proptest::prelude::*;

/// A conversation.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    pub(crate) switches: Switches,
    pub(crate) steps: Vec<Step>,
}

/// How Slack behaves throughout.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Switches {
    pub(crate) duplicate_events: bool,
    pub(crate) several_events: bool,
    pub(crate) order: Order,
    pub(crate) noisy_threads: bool,
    /// The last of the three shows reactions in words.
    pub(crate) in_words: bool,
}

/// In which order Slack hands events over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Kept,
    Concurrent,
    Swapped,
}

/// Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Say {
        side: usize,
        is_long: bool,
    },
    Share {
        side: usize,
    },
    Reply {
        side: usize,
        to: usize,
    },
    Edit {
        message: usize,
    },
    Delete {
        message: usize,
    },
    React {
        side: usize,
        message: usize,
        emoji: usize,
    },
    /// One of the reactions that are there.
    Unreact {
        reaction: usize,
    },
    Fault {
        side: usize,
        method: usize,
        trouble: Trouble,
    },
    Pause {
        side: usize,
    },
    Resume {
        side: usize,
    },
    Crash,
    Rest,
}

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    Limited,
    Refused,
    AnswerLost,
    ErrorBefore,
    ErrorAfter,
    Slow,
}

pub(crate) const METHODS: [&str; 9] = [
    "chat.postMessage",
    "chat.update",
    "chat.delete",
    "reactions.add",
    "conversations.history",
    "users.info",
    "files.completeUploadExternal",
    "file download",
    "file upload",
];
pub(crate) const EMOJI: [&str; 3] = ["wave", "tada", "thumbsup::skin-tone-3"];

pub(crate) fn script() -> impl Strategy<Value = Script> {
    let order = prop_oneof![3 => Just(Order::Kept), 1 => Just(Order::Concurrent), 1 => Just(Order::Swapped)];
    let switches = (any::<bool>(), any::<bool>(), order, any::<bool>(), any::<bool>()).prop_map(
        |(duplicate_events, several_events, order, noisy_threads, in_words)| Switches {
            duplicate_events,
            several_events,
            order,
            noisy_threads,
            in_words,
        },
    );
    (switches, prop::collection::vec(step(), 6..24))
        .prop_map(|(switches, steps)| Script { switches, steps })
}

fn step() -> impl Strategy<Value = Step> {
    let (side, message) = (0..3_usize, 0..24_usize);
    let trouble = prop_oneof![
        Just(Trouble::Limited),
        Just(Trouble::Refused),
        Just(Trouble::AnswerLost),
        Just(Trouble::ErrorBefore),
        Just(Trouble::ErrorAfter),
        Just(Trouble::Slow),
    ];
    let emoji = 0..EMOJI.len();
    prop_oneof![
        8 => (side.clone(), prop::bool::weighted(0.15)).prop_map(|(side, is_long)| Step::Say { side, is_long }),
        2 => side.clone().prop_map(|side| Step::Share { side }),
        5 => (side.clone(), message.clone()).prop_map(|(side, to)| Step::Reply { side, to }),
        4 => message.clone().prop_map(|message| Step::Edit { message }),
        2 => message.clone().prop_map(|message| Step::Delete { message }),
        4 => (side.clone(), message, emoji)
            .prop_map(|(side, message, emoji)| Step::React { side, message, emoji }),
        2 => (0..24_usize).prop_map(|reaction| Step::Unreact { reaction }),
        1 => side.clone().prop_map(|side| Step::Pause { side }),
        2 => side.clone().prop_map(|side| Step::Resume { side }),
        3 => (side, 0..METHODS.len(), trouble).prop_map(|(side, method, trouble)| Step::Fault { side, method, trouble }),
        1 => Just(Step::Crash),
        2 => Just(Step::Rest),
    ]
}

//! Conversations by chance.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use crate::script::{
    EMOJI, METHODS, Manner, Order, Script, Step, Switches, Syncs, Trouble, Voices,
};

/// More messages than a conversation has.
const MANY: usize = 24;

pub(crate) fn script() -> impl Strategy<Value = Script> {
    // Something has to be there first.
    let steps = (prop::collection::vec(says(), 1..4), prop::collection::vec(step(), 6..24));
    (switches(), steps).prop_map(|(switches, (mut steps, more))| {
        steps.extend(more);
        Script { switches, steps }
    })
}

fn switches() -> impl Strategy<Value = Switches> {
    let syncs = prop_oneof![
        4 => Just(Syncs::One),
        4 => select(&[Syncs::Listens, Syncs::Speaks, Syncs::Chain, Syncs::Twice][..]),
    ];
    let order = prop_oneof![
        3 => Just(Order::Kept),
        1 => Just(Order::Concurrent),
        1 => Just(Order::Swapped),
    ];
    let voices = select(&[Voices::NameTheApp, Voices::CarryMarks, Voices::LookTyped][..]);
    (syncs, order, any::<[bool; 4]>(), voices).prop_map(
        |(syncs, order, [duplicate_events, several_events, noisy_threads, in_words], voices)| {
            Switches {
                syncs,
                order,
                duplicate_events,
                several_events,
                noisy_threads,
                in_words,
                voices,
            }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let (side, message) = (0..3_usize, 0..MANY);
    let after = prop::collection::vec(0..6_usize, 1..3);
    prop_oneof![
        7 => says(),
        8 => (side.clone(), is_ida(), message.clone(), manner(), waits())
            .prop_map(|(side, is_ida, to, manner, waits)| Step::Reply { side, is_ida, to, manner, waits }),
        6 => (message.clone(), prop::bool::weighted(0.2))
            .prop_map(|(message, goes_back)| Step::Edit { message, goes_back }),
        3 => message.clone().prop_map(|message| Step::Delete { message }),
        5 => (side.clone(), is_ida(), message, 0..EMOJI.len(), waits())
            .prop_map(|(side, is_ida, message, emoji, waits)| Step::React { side, is_ida, message, emoji, waits }),
        3 => (0..MANY).prop_map(|reaction| Step::Unreact { reaction }),
        1 => side.clone().prop_map(|side| Step::Pause { side }),
        2 => side.clone().prop_map(|side| Step::Resume { side }),
        9 => fault(),
        2 => side.prop_map(|side| Step::Limit { side }),
        2 => Just(Step::Unlimit),
        4 => after.prop_map(|after| Step::Crash { after }),
        1 => Just(Step::Away),
        1 => Just(Step::Back),
        2 => Just(Step::Rest),
    ]
}

fn says() -> impl Strategy<Value = Step> {
    (0..3_usize, is_ida(), manner()).prop_map(|(side, is_ida, manner)| Step::Say {
        side,
        is_ida,
        manner,
    })
}

fn is_ida() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.3)
}

fn waits() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.7)
}

fn manner() -> impl Strategy<Value = Manner> {
    prop_oneof![
        7 => Just(Manner::Plain),
        1 => Just(Manner::Long),
        1 => Just(Manner::Me),
        1 => Just(Manner::Broadcast),
        1 => Just(Manner::WithFile),
        1 => Just(Manner::FileAlone),
    ]
}

fn fault() -> impl Strategy<Value = Step> {
    let trouble = select(
        &[
            Trouble::Limited,
            Trouble::LongLimited,
            Trouble::Refused,
            Trouble::Cut,
            Trouble::AnswerLost,
            Trouble::ErrorBefore,
            Trouble::ErrorAfter,
            Trouble::StatusAfter,
            Trouble::Slow,
        ][..],
    );
    let method = Union::new_weighted(
        METHODS.into_iter().map(|(weight, method)| (weight, Just(method))).collect(),
    );
    let after = prop_oneof![4 => Just(0_u32), 1 => Just(1_u32)];
    let times = prop_oneof![4 => Just(1_u32), 1 => Just(2_u32)];
    (option::of(0..3_usize), method, trouble, after, times).prop_map(
        |(side, method, trouble, after, times)| Step::Fault { side, method, trouble, after, times },
    )
}

//! How much the model tests try: `testkit/tests/model` and `testkit/tests/conversations`.

use crate::settings;

/// So many histories fit into a minute or two.
const CASES: u64 = 1_000;

/// How many histories it makes up: `SYNCBOT_MODEL_CASES`.
pub fn cases() -> u64 {
    settings::number("SYNCBOT_MODEL_CASES").unwrap_or(CASES)
}

/// So many conversations fit into a minute or two.
const CONVERSATIONS: u64 = 200;

/// How many conversations are held on SQLite: `SYNCBOT_CONVERSATIONS`.
pub fn conversations() -> u64 {
    settings::number("SYNCBOT_CONVERSATIONS").unwrap_or(CONVERSATIONS)
}

/// The seed of the first: `SYNCBOT_MODEL_SEED`, or another one each time.
pub fn first_seed() -> u64 {
    settings::number("SYNCBOT_MODEL_SEED").unwrap_or_else(|| rand::random::<u32>().into())
}

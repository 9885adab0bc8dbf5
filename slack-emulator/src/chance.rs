//! What is left to chance: event ids, message ids, random latency. One generator with one seed, so
//! that a run with a given seed makes the same choices.

use std::time::Duration;

use rand::rngs::{StdRng, SysRng};
use rand::{RngExt as _, SeedableRng as _};

use crate::ids::{EventId, FileId};

const ID_ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ID_LENGTH: usize = 11;

pub(crate) struct Chance(StdRng);

impl Chance {
    /// Without a seed each run differs, so that the ids of an earlier run never come back.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(match seed {
            Some(seed) => StdRng::seed_from_u64(seed),
            None => StdRng::try_from_rng(&mut SysRng)
                .expect("an operating system that runs this has a source of random bytes"),
        })
    }

    fn id(&mut self, prefix: &str) -> String {
        let mut id = prefix.to_owned();
        id.extend(
            (0..ID_LENGTH)
                .map(|_| char::from(ID_ALPHABET[self.0.random_range(0..ID_ALPHABET.len())])),
        );
        id
    }

    pub(crate) fn event_id(&mut self) -> EventId {
        EventId::from(self.id("Ev"))
    }

    pub(crate) fn file_id(&mut self) -> FileId {
        self.id("F").into()
    }

    pub(crate) fn challenge(&mut self) -> String {
        self.id("challenge-")
    }

    /// What a person's permission is exchanged by. No part of it is known before.
    pub(crate) fn code(&mut self) -> String {
        self.id("1000000001.2000000002.")
    }

    /// What Slack's own clients send along with each message.
    pub(crate) fn client_msg_id(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.0.random()).into_uuid().to_string()
    }

    /// A duration between two others, both included.
    pub(crate) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        if most <= least { least } else { self.0.random_range(least..=most) }
    }
}

//! Chance, as an argument: code asks an [`Rng`], tests fix its seed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// A source of random numbers. Cheap to clone; clones share one sequence.
#[derive(Clone)]
pub struct Rng(Arc<Mutex<StdRng>>);

impl std::fmt::Debug for Rng {
    /// Shows nothing of the state, which predicts the numbers to come.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rng")
    }
}

impl Rng {
    /// Seeded by the operating system. Good for keys and nonces.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_rng(&mut rand::rng()))))
    }

    /// The same numbers on each run. For tests only.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// 128 random bits.
    pub fn bits(&self) -> u128 {
        self.with(rand::RngExt::random)
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        self.with(rand::RngExt::random)
    }

    /// `duration`, up to `share` (0 to 1) longer or shorter, so that those who failed together
    /// do not come back together.
    pub fn jitter(&self, duration: Duration, share: f64) -> Duration {
        duration.mul_f64(1.0 + share * self.with(|rng| rng.random_range(-1.0..=1.0)))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut StdRng) -> T) -> T {
        ask(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! What every route shares.

use std::sync::Arc;

use shared::clock::Clock;
use shared::config::{HttpConfig, SigningConfig};
use shared::queue::Queue;
use shared::rng::Rng;
use shared::slack::signature::Verifier;

use crate::counts::Counts;

/// The state of the edge. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Edge {
    pub(crate) queue: Queue,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) verifier: Verifier,
    pub(crate) slack_body_limit: usize,
    pub(crate) counts: Arc<Counts>,
}

impl Edge {
    /// An edge that stores what it is sent in `queue`.
    pub fn new(
        queue: Queue,
        signing: &SigningConfig,
        http: &HttpConfig,
        clock: Clock,
        rng: Rng,
    ) -> Self {
        Self {
            queue,
            clock,
            rng,
            verifier: Verifier::new(&signing.secrets),
            slack_body_limit: http.slack_body_limit,
            counts: Arc::default(),
        }
    }
}

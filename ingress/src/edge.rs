//! What every route shares.

use std::sync::Arc;

use shared::clock::Clock;
use shared::config::{HttpConfig, SigningConfig};
use shared::queue::{Queue, Writer};
use shared::slack::signature::Verifier;

use crate::counts::Counts;
use crate::storing::Storing;

/// The state of the edge. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Edge {
    pub(crate) queue: Queue,
    pub(crate) writer: Writer,
    pub(crate) clock: Clock,
    pub(crate) verifier: Verifier,
    pub(crate) slack_body_limit: usize,
    pub(crate) counts: Arc<Counts>,
    pub(crate) storing: Arc<Storing>,
}

impl Edge {
    /// An edge that stores what it is sent in `queue`.
    pub fn new(queue: Queue, signing: &SigningConfig, http: &HttpConfig, clock: Clock) -> Self {
        Self {
            writer: Writer::start(queue.clone()),
            queue,
            clock,
            verifier: Verifier::new(&signing.secrets),
            slack_body_limit: http.slack_body_limit,
            counts: Arc::default(),
            storing: Arc::default(),
        }
    }
}

//! What every route shares.

use std::sync::Arc;

use shared::clock::Clock;
use shared::config::IngressConfig;
use shared::queue::{Queue, Writer};
use shared::rng::Rng;
use shared::slack::signature::Verifier;

use crate::counts::Counts;
use crate::pages::App;
use crate::storing::Storing;

/// The state of the edge. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Edge {
    pub(crate) queue: Queue,
    pub(crate) writer: Writer,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) verifier: Verifier,
    pub(crate) slack_body_limit: usize,
    /// What browsers that install the app are sent to Slack with; `None`: it was not configured, which
    /// production does not let pass.
    pub(crate) app: Option<Arc<App>>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) storing: Arc<Storing>,
}

impl Edge {
    /// An edge that stores what it is sent in `queue`.
    pub fn new(queue: Queue, config: &IngressConfig, clock: Clock, rng: Rng) -> Self {
        Self {
            writer: Writer::start(queue.clone()),
            queue,
            clock,
            rng,
            verifier: Verifier::new(&config.signing.secrets),
            slack_body_limit: config.http.slack_body_limit,
            app: App::of(config).map(Arc::new),
            counts: Arc::default(),
            storing: Arc::default(),
        }
    }
}

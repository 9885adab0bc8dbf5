//! What becomes of an event at the edge.

use shared::queue::NewJob;

/// What is to be done about an event.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Commit this job, then answer.
    Store(NewJob),
    /// It is about one of our own messages.
    Own,
    /// Nothing.
    Ignore,
}

//! SyncBot's HTTP edge: it verifies, commits and answers.
//!
//! No Slack call, no business rule, nothing that can take a second. A request is answered with 200 only
//! when what it brought is on disk; when the database cannot take it, with 503, so that Slack sends it
//! again. [`router()`] lists the paths, `routes/slack/dispatch.rs` the events and where they go.

mod counts;
mod edge;
mod middleware;
mod pages;
mod refusal;
mod router;
mod routes;
mod server;
mod storing;

pub use edge::Edge;
pub use router::router;
pub use server::serve;

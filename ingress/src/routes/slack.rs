//! Requests from Slack.

mod channel;
pub(crate) mod decision;
pub(crate) mod dispatch;
pub(crate) mod events;
mod member;
pub(crate) mod message;
mod rate_limited;
mod reaction;
mod workspace;

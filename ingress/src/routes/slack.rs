//! Requests from Slack.

pub(crate) mod dispatch;
pub(crate) mod events;
pub(crate) mod message;
mod reaction;

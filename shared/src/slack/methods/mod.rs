//! One file a family of methods, as in Slack's reference.

pub mod auth;
pub mod chat;
pub mod conversations;
pub mod users;

//! One file a family of methods, as in Slack's reference.

pub mod auth;
pub mod chat;
pub mod conversations;
pub mod files;
pub mod gaps;
pub mod oauth;
pub mod reactions;
pub mod users;
pub mod views;

/// An answer of which nothing is needed.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Nothing {}

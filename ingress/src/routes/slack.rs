//! Requests from Slack, and from browsers that install the app.

mod channel;
pub(crate) mod decision;
pub(crate) mod dispatch;
pub(crate) mod events;
mod home;
pub(crate) mod install;
pub(crate) mod install_page;
mod interaction;
mod member;
pub(crate) mod message;
pub(crate) mod oauth_redirect;
mod rate_limited;
mod reaction;
mod workspace;

//! Slack, as far as SyncBot speaks it: requests that it sends us, calls that we make.

pub mod channel_events;
pub mod client;
pub mod error;
pub mod events;
pub mod features;
pub mod file;
pub mod methods;
pub mod scopes;
pub mod signature;
pub mod tier;
pub mod transfer;
pub mod workspace_events;

pub use client::{AppCredentials, Client};
pub use error::{CallError, Outcome};

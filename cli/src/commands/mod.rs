//! One file a subcommand.

pub(crate) mod audit;
pub(crate) mod channel;
pub(crate) mod demo;
mod desk;
mod json;
pub(crate) mod migrate;
pub(crate) mod queue;
pub(crate) mod rotate_key;
pub(crate) mod run;
mod say;
pub(crate) mod sweep;
mod table;
mod words;

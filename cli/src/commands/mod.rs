//! One file a subcommand.

pub(crate) mod channel;
pub(crate) mod demo;
mod desk;
pub(crate) mod migrate;
pub(crate) mod queue;
pub(crate) mod rotate_key;
pub(crate) mod run;
mod say;
mod table;
mod words;

//! One file a subcommand.

pub(crate) mod demo;
pub(crate) mod migrate;
pub(crate) mod queue;
pub(crate) mod run;

//! `reactions.*`

pub(super) mod add;
pub(super) mod get;
pub(super) mod remove;

mod item;

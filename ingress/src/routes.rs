//! One file a path.

pub(crate) mod health;
pub(crate) mod ready;
pub(crate) mod slack;

//! What it means to keep channels in step: events become actions, authors become names, copies are found
//! again.

pub(crate) mod action;
pub(crate) mod author;
pub(crate) mod mark;
pub(crate) mod plain;
pub(crate) mod reconcile;
pub(crate) mod refusal;
pub(crate) mod stub;

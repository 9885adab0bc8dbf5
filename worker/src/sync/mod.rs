//! What it means to keep channels in step: events become actions, authors become names.

pub(crate) mod action;
pub(crate) mod author;

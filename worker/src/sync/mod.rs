//! What it means to keep channels in step: events become actions, authors become names, copies are found
//! again.

pub(crate) mod action;
pub(crate) mod author;
pub(crate) mod blocks;
pub(crate) mod carry;
pub(crate) mod content;
pub(crate) mod files;
pub(crate) mod found;
pub(crate) mod ignored;
pub(crate) mod mark;
pub(crate) mod mishap;
pub(crate) mod mrkdwn;
pub(crate) mod notices;
pub(crate) mod original;
pub(crate) mod plain;
pub(crate) mod reconcile;
pub(crate) mod refusal;
pub(crate) mod rewrite;
pub(crate) mod split;
pub(crate) mod stub;
pub(crate) mod text;
pub(crate) mod thread;
pub(crate) mod unseen;
pub(crate) mod voice;
pub(crate) mod wait;
pub(crate) mod whose;

//! `chat.*`

pub(super) mod post_message;

mod blocks;
mod metadata;

//! `chat.*`

pub(super) mod get_permalink;
pub(super) mod post_message;

mod blocks;
mod metadata;

//! `chat.*`

pub(super) mod delete;
pub(super) mod get_permalink;
pub(super) mod post_message;
pub(super) mod update;

mod blocks;
mod metadata;
mod own;

pub(super) use post_message::{face, thread};

use super::call::Call;
use super::error::ApiError;
use crate::world::Channel;

/// Whether the bot may write in a channel that it may know of. Private channels that it is not in
/// were not found already.
pub(super) fn check_membership(call: &Call<'_>, channel: &Channel) -> Result<(), ApiError> {
    let workspace = call.workspace();
    let may = workspace.bot_is_in(channel) || workspace.installation.has_scope("chat:write.public");
    may.then_some(()).ok_or_else(|| ApiError::plain("not_in_channel"))
}

//! `chat.*`

pub(super) mod delete;
pub(super) mod get_permalink;
pub(super) mod post_message;
pub(super) mod update;

mod metadata;
mod own;

pub(super) use post_message::{authorship, thread};

use super::call::Call;
use super::error::ApiError;
use crate::world::Channel;

/// Whether whoever calls may write in a channel that they may know of. Private channels that they
/// are not in were not found already.
pub(super) fn check_membership(call: &Call<'_>, channel: &Channel) -> Result<(), ApiError> {
    let is_open = call.person().is_none() && call.has_scope("chat:write.public");
    let may = is_open || call.is_in(channel);
    may.then_some(()).ok_or_else(|| ApiError::plain("not_in_channel"))
}

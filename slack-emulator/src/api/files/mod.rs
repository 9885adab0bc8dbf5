//! `files.*`, and the addresses outside the API where bytes come and go.

pub(super) mod complete_upload;
pub(super) mod delete;
pub(super) mod get_upload_url;
pub(super) mod info;
pub(super) mod transfer;

use super::call::Call;
use super::error::ApiError;
use crate::violation::ViolationKind;
use crate::world::File;

fn file<'b>(call: &'b Call<'_>, id: &str) -> Result<&'b File, ApiError> {
    let found = call.workspace().files.get(id);
    found.ok_or_else(|| call.unknown("file_not_found", id))
}

/// A file that whoever calls is about to upload. That another's is not found is a guess, and the
/// safe one.
fn own_file<'b>(call: &'b Call<'_>, id: &str) -> Result<&'b File, ApiError> {
    let file = file(call, id)?;
    if file.owner == *call.user() {
        return Ok(file);
    }
    let detail = format!("{id} is of {}, the token is of {}", file.owner, call.user());
    Err(ApiError::breach("file_not_found", ViolationKind::UnknownId, detail))
}

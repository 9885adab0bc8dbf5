//! `files.delete`: the bot, or a person, deletes a file of their own.
//! <https://docs.slack.dev/reference/methods/files.delete>

use super::file;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::sharing;
use crate::violation::ViolationKind;
use crate::world::FileMode;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let file = file(call, call.required_text("file")?)?;
    if file.mode == FileMode::Tombstone {
        return Err(ApiError::plain("file_deleted"));
    }
    if file.owner != *call.user() {
        let detail = format!("{} is another's", file.id);
        return Err(ApiError::breach("cant_delete_file", ViolationKind::NotOwnMessage, detail));
    }
    let (team, id) = (call.team.clone(), file.id.clone());
    sharing::delete(call.core, call.state, &team, &id);
    Ok(Fields::new())
}

//! `files.getUploadURLExternal`: where the bytes of a new file go.
//! <https://docs.slack.dev/reference/methods/files.getUploadURLExternal>

use serde_json::json;

use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::object;
use crate::world::{FILE_BYTES, File};

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let name = call.required_text("filename")?.to_owned();
    let length = call.number("length")?.ok_or_else(|| ApiError::missing("length"))?;
    let length = u64::try_from(length).ok().filter(|length| (1..=FILE_BYTES).contains(length));
    let length = length
        .ok_or_else(|| ApiError::invalid("length", "a file has from one byte to a gigabyte"))?;
    call.text("alt_txt")?;
    let id = call.state.chance.file_id();
    let team = call.team.clone();
    let owner = call.user().clone();
    let upload_url = format!("{}/upload/v1/{team}/{id}", call.state.world.app.base_url);
    let file = File::announced(id.clone(), owner, &name, length);
    if let Some(workspace) = call.state.world.workspaces.get_mut(&team) {
        workspace.files.insert(id.clone(), file);
    }
    Ok(object(json!({ "upload_url": upload_url, "file_id": id })))
}

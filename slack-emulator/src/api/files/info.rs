//! `files.info`: a file, and where it was shared.
//! <https://docs.slack.dev/reference/methods/files.info>

use serde_json::json;

use super::file;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::shape::{self, object};
use crate::world::FileMode;

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let file = file(call, call.required_text("file")?)?;
    if file.mode == FileMode::Tombstone {
        return Err(ApiError::plain("file_deleted"));
    }
    let whole = shape::whole_file(&call.state.world.app, call.workspace(), file);
    Ok(object(json!({ "file": whole, "comments": [] })))
}

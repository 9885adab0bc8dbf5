//! `files.completeUploadExternal`: shares uploaded files in a channel, some time later.
//! <https://docs.slack.dev/reference/methods/files.completeUploadExternal>

use serde::Deserialize;
use serde_json::json;

use super::own_file;
use crate::api::call::Call;
use crate::api::chat::{authorship, check_membership, thread};
use crate::api::error::ApiError;
use crate::api::fields::Fields;
use crate::ids::FileId;
use crate::shape::object;
use crate::sharing;
use crate::violation::ViolationKind;
use crate::world::{Author, Draft, Upload};

#[derive(Deserialize)]
struct Listed {
    id: FileId,
    #[serde(default)]
    title: Option<String>,
}

pub(in crate::api) fn run(call: &mut Call<'_>) -> Result<Fields, ApiError> {
    let listed = listed(call)?;
    let channel = call.named_channel("channel_id")?;
    if channel.is_archived {
        return Err(ApiError::plain("is_archived"));
    }
    check_membership(call, channel)?;
    let thread_ts = thread(call, channel)?;
    let comment = call.text("initial_comment")?.unwrap_or_default().to_owned();
    call.structure("blocks").map_err(|fault| ApiError::invalid("blocks", &fault))?;
    let (author, origin) = authorship(call)?;
    let author = match author {
        Author::Bot(_) if !call.state.switches.shares_keep_chosen_name => Author::Bot(None),
        author => author,
    };
    let mut are_new = true;
    for Listed { id, .. } in &listed {
        match own_file(call, id)?.upload {
            Upload::Announced(_) => {
                let detail = format!("nothing was uploaded for {id}");
                return Err(ApiError::breach("file_not_found", ViolationKind::UnknownId, detail));
            }
            Upload::Received => {}
            Upload::Completed if call.state.switches.shares_may_be_completed_again => {
                are_new = false;
            }
            Upload::Completed => return Err(ApiError::plain("file_not_found")),
        }
    }
    let (team, channel) = (call.team.clone(), channel.id.clone());
    let draft = Draft {
        origin,
        thread_ts,
        files: listed.iter().map(|file| file.id.clone()).collect(),
        ..Draft::new(author, comment)
    };
    let answer: Vec<_> =
        listed.iter().map(|file| json!({ "id": file.id, "title": file.title })).collect();
    for Listed { id, title } in listed {
        let files =
            call.state.world.workspaces.get_mut(&team).map(|workspace| &mut workspace.files);
        if let Some(file) = files.and_then(|files| files.get_mut(&id)) {
            file.upload = Upload::Completed;
            file.title = title.unwrap_or_else(|| file.name.clone());
        }
    }
    let switches = &mut call.state.switches;
    let is_lost = are_new && switches.shares_to_lose > 0;
    if is_lost {
        switches.shares_to_lose -= 1;
    } else if are_new {
        sharing::share_later(call.core, call.state, team, channel, draft);
    }
    Ok(object(json!({ "files": answer })))
}

fn listed(call: &Call<'_>) -> Result<Vec<Listed>, ApiError> {
    let files = call.structure("files").map_err(|fault| ApiError::invalid("files", &fault))?;
    let files = files.ok_or_else(|| ApiError::missing("files"))?;
    let listed: Vec<Listed> = serde_json::from_value(files)
        .map_err(|error| ApiError::invalid("files", &error.to_string()))?;
    if listed.is_empty() { Err(ApiError::invalid("files", "no files")) } else { Ok(listed) }
}

//! The file object. <https://docs.slack.dev/reference/objects/file-object>

use serde_json::{Map, Value, json};

use super::object;
use crate::world::{App, Channel, File, FileMode, Workspace};

/// As a message has it.
pub(crate) fn in_message(app: &App, workspace: &Workspace, file: &File) -> Map<String, Value> {
    match file.mode {
        FileMode::FileAccess => object(
            json!({ "id": file.id, "mode": "file_access", "file_access": "check_file_info" }),
        ),
        FileMode::Tombstone | FileMode::HiddenByLimit => {
            object(json!({ "id": file.id, "mode": file.mode }))
        }
        FileMode::Hosted | FileMode::External => whole(app, workspace, file),
    }
}

/// As `files.info` has it.
pub(crate) fn whole(app: &App, workspace: &Workspace, file: &File) -> Map<String, Value> {
    let mode = if file.mode == FileMode::FileAccess { FileMode::Hosted } else { file.mode };
    let path = format!("{}/files-pri/{}/{}", app.base_url, workspace.id, file.id);
    object(json!({
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.name.rsplit_once('.').map_or("binary", |(_, kind)| kind),
        "user": file.owner,
        "mode": mode,
        "is_external": mode == FileMode::External,
        "size": file.content.size(),
        "url_private": format!("{path}/view"),
        "url_private_download": format!("{path}/download"),
        "shares": shares(workspace, file),
    }))
}

fn shares(workspace: &Workspace, file: &File) -> Value {
    let (mut public, mut private) = (Map::new(), Map::new());
    for (id, ts) in &file.shares {
        let channel = workspace.channels.get(id);
        // Its message may be deleted.
        let Some(message) = channel.and_then(|channel| channel.message(ts)) else { continue };
        let mut share = object(json!({ "ts": ts }));
        share
            .extend(message.draft.thread_ts.as_ref().map(|ts| ("thread_ts".to_owned(), json!(ts))));
        let is_private = channel.is_some_and(|channel: &Channel| channel.is_private);
        let list = if is_private { &mut private } else { &mut public };
        let list = list.entry(id.to_string()).or_insert_with(|| json!([]));
        list.as_array_mut().expect("made as a list").push(Value::Object(share));
    }
    let mut shape = Map::new();
    for (name, shares) in [("public", public), ("private", private)] {
        if !shares.is_empty() {
            shape.insert(name.to_owned(), Value::Object(shares));
        }
    }
    Value::Object(shape)
}

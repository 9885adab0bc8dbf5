//! A file as Slack describes it, in events and in `files.info` (docs.slack.dev/reference/objects/file-object).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::ids::FileId;

/// Slack takes no larger ones (1 GB; docs.slack.dev/messaging/working-with-files).
pub const FILE_MAX_BYTES: u64 = 1 << 30;

/// A file of a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct File {
    pub id: FileId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mimetype: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_private: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_private_download: Option<String>,
}

/// How much of a file Slack lets us have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Its bytes, from this workspace.
    Hosted,
    /// The event says nothing more: `files.info` does (Slack Connect).
    Unknown,
    /// It was deleted.
    Deleted,
    /// The workspace's plan hides it.
    Hidden,
    /// It is a link to some other service.
    External,
}

impl File {
    /// How much of it we may have.
    pub fn access(&self) -> Access {
        match self.mode.as_deref() {
            Some("tombstone") => Access::Deleted,
            Some("hidden_by_limit") => Access::Hidden,
            Some("external") => Access::External,
            Some("file_access") => Access::Unknown,
            _ if self.address().is_none() => Access::Unknown,
            _ => Access::Hosted,
        }
    }

    /// Where its bytes are, for the workspace's token.
    pub fn address(&self) -> Option<&str> {
        self.url_private_download.as_deref().or(self.url_private.as_deref())
    }

    /// What people call it.
    pub fn shown_name(&self) -> &str {
        let named = |name: &&str| !name.trim().is_empty();
        let name = self.name.as_deref().filter(named).or(self.title.as_deref().filter(named));
        name.unwrap_or("file")
    }
}

impl std::fmt::Debug for File {
    /// Names of files never reach a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "File({} {:?})", self.id, self.mode)
    }
}

/// Files as far as they can be read: what is said with one of a kind that nobody knows arrives all the same.
pub(super) fn readable<'de, D: Deserializer<'de>>(list: D) -> Result<Vec<File>, D::Error> {
    let list = Option::<Vec<Value>>::deserialize(list)?.unwrap_or_default();
    Ok(list.into_iter().filter_map(|file| serde_json::from_value(file).ok()).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_that_cannot_be_read_do_not_spoil_the_others() {
        let read = |list: Value| readable(list).expect("readable");
        assert_eq!(read(json!(null)), []);
        let list =
            read(json!([{"id": "F1", "name": "a"}, {"name": "no id"}, 7, {"id": "F2", "size": 3}]));
        let ids: Vec<&str> = list.iter().map(|file| file.id.as_str()).collect();
        assert_eq!(ids, ["F1", "F2"]);
    }

    #[test]
    fn only_a_file_with_an_address_can_be_had() {
        let file = |more: Value| -> File {
            let mut file = json!({"id": "F1"});
            file.as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("an object").clone());
            serde_json::from_value(file).expect("a file")
        };
        let address = "https://files.slack.com/files-pri/T1-F1/a";
        assert_eq!(
            file(json!({"url_private": address, "mode": "hosted"})).access(),
            Access::Hosted
        );
        assert_eq!(
            file(json!({"url_private": address, "mode": "tombstone"})).access(),
            Access::Deleted
        );
        assert_eq!(file(json!({"mode": "hidden_by_limit"})).access(), Access::Hidden);
        assert_eq!(
            file(json!({"url_private": address, "mode": "external"})).access(),
            Access::External
        );
        assert_eq!(file(json!({})).access(), Access::Unknown);
        assert_eq!(file(json!({"name": " ", "title": "a title"})).shown_name(), "a title");
    }
}

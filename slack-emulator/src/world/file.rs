//! Files of a workspace: what people share, and what the app uploads.

use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::ids::{ChannelId, FileId, Ts, UserId};
use crate::time::now_seconds;

/// Contents that are larger are not kept: their size and digest are.
pub(crate) const KEPT_BYTES: u64 = 1 << 20;
/// Slack takes no larger ones. <https://docs.slack.dev/messaging/working-with-files>
pub(crate) const FILE_BYTES: u64 = 1 << 30;

/// How much of a file Slack hands out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileMode {
    /// All of it.
    #[default]
    Hosted,
    /// It was deleted.
    Tombstone,
    /// The workspace's plan hides it.
    HiddenByLimit,
    /// It is kept by another service.
    External,
    /// Messages name it, and `files.info` tells the rest, as in channels of Slack Connect.
    FileAccess,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// These bytes.
    Bytes(Bytes),
    /// So many bytes, which are made when they are asked for.
    Made(u64),
    /// So many bytes with this SHA-256; the bytes themselves are not kept.
    Digest(u64, String),
}

impl FileContent {
    /// In bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Made(size) | Self::Digest(size, _) => *size,
        }
    }

    /// Its SHA-256, in hexadecimal.
    pub fn digest(&self) -> String {
        match self {
            Self::Bytes(bytes) => hex::encode(Sha256::digest(bytes)),
            Self::Made(_) => {
                let mut digest = Sha256::new();
                let mut at = 0;
                while let Some(chunk) = self.chunk(at) {
                    digest.update(&chunk);
                    at += chunk.len() as u64;
                }
                hex::encode(digest.finalize())
            }
            Self::Digest(_, digest) => digest.clone(),
        }
    }

    /// The bytes from `at` on, as many as are sent at once; `None`: there are no more.
    pub(crate) fn chunk(&self, at: u64) -> Option<Bytes> {
        const CHUNK: u64 = 64 << 10;
        let left = self.size().checked_sub(at).filter(|left| *left > 0)?;
        let length = usize::try_from(left.min(CHUNK)).ok()?;
        match self {
            Self::Bytes(bytes) => {
                let at = usize::try_from(at).ok()?;
                Some(bytes.slice(at..at + length))
            }
            // Chunks differ, so that one that is lost or doubled shows.
            Self::Made(_) => {
                let number = (at / CHUNK).to_le_bytes();
                Some(number.iter().copied().cycle().take(length).collect())
            }
            Self::Digest(..) => None,
        }
    }
}

/// A file to be shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSetup {
    pub(crate) name: String,
    pub(crate) mimetype: String,
    pub(crate) content: FileContent,
    pub(crate) mode: FileMode,
}

impl FileSetup {
    /// A file with these bytes.
    pub fn new(name: &str, mimetype: &str, bytes: impl Into<Bytes>) -> Self {
        let content = FileContent::Bytes(bytes.into());
        Self {
            name: name.to_owned(),
            mimetype: mimetype.to_owned(),
            content,
            mode: FileMode::Hosted,
        }
    }

    /// A file of so many bytes, which take no memory.
    pub fn of_size(name: &str, size: u64) -> Self {
        let mimetype = "application/octet-stream".to_owned();
        let content = FileContent::Made(size);
        Self { name: name.to_owned(), mimetype, content, mode: FileMode::Hosted }
    }

    /// Of which Slack hands out so much.
    #[must_use]
    pub fn mode(mut self, mode: FileMode) -> Self {
        self.mode = mode;
        self
    }
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upload {
    /// So many bytes were announced.
    Announced(u64),
    Received,
    Completed,
}

#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) id: FileId,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) mimetype: String,
    pub(crate) content: FileContent,
    pub(crate) mode: FileMode,
    pub(crate) owner: UserId,
    pub(crate) created: u64,
    pub(crate) upload: Upload,
    pub(crate) shares: Vec<(ChannelId, Ts)>,
}

impl File {
    pub(crate) fn shared(id: FileId, owner: UserId, setup: FileSetup) -> Self {
        let FileSetup { name, mimetype, content, mode } = setup;
        Self {
            title: name.clone(),
            upload: Upload::Completed,
            shares: Vec::new(),
            created: now_seconds(),
            id,
            name,
            mimetype,
            content,
            mode,
            owner,
        }
    }

    pub(crate) fn announced(id: FileId, owner: UserId, name: &str, length: u64) -> Self {
        let setup = FileSetup::new(name, "application/octet-stream", Bytes::new());
        Self { upload: Upload::Announced(length), ..Self::shared(id, owner, setup) }
    }
}

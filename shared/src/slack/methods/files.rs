//! `files.*`

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Nothing;
use crate::ids::{ChannelId, FileId, SlackTs};
use crate::slack::client::Method;
use crate::slack::file::File;
use crate::slack::tier::Tier;

/// Asks where to put the bytes of a new file
/// (docs.slack.dev/reference/methods/files.getUploadURLExternal; Tier 4).
#[derive(Debug, Clone, Serialize)]
pub struct GetUploadUrl<'a> {
    /// What it is called.
    pub filename: &'a str,
    /// In bytes.
    pub length: u64,
}

/// What `files.getUploadURLExternal` answers.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct UploadUrl {
    pub upload_url: String,
    pub file_id: FileId,
}

/// Shares uploaded files in a channel, as one message, some time later
/// (docs.slack.dev/reference/methods/files.completeUploadExternal; Tier 4).
#[derive(Debug, Clone, Serialize)]
pub struct CompleteUpload<'a> {
    /// JSON: a list of [`Uploaded`].
    pub files: &'a str,
    /// Where.
    pub channel_id: &'a ChannelId,
    /// The first message of the thread, for a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_ts: Option<&'a SlackTs>,
    /// What is said with them.
    pub initial_comment: &'a str,
    /// Author's name; newer than Slack's page, so nothing depends on it.
    pub username: &'a str,
    /// Author's picture; see `username`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon_url: Option<&'a str>,
}

/// One file of [`CompleteUpload`].
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Uploaded<'a> {
    pub id: &'a FileId,
}

/// A file, and where it was shared (docs.slack.dev/reference/methods/files.info; Tier 4).
#[derive(Debug, Clone, Serialize)]
pub struct Info<'a> {
    /// Which.
    pub file: &'a FileId,
}

/// What `files.info` answers.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Described {
    pub file: SharedFile,
}

/// A file, with the messages that it is in.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct SharedFile {
    #[serde(flatten)]
    pub file: File,
    #[serde(default)]
    pub shares: Shares,
}

/// The messages that a file is in.
#[derive(Debug, Clone, Default, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Shares {
    #[serde(default)]
    pub public: HashMap<ChannelId, Vec<Share>>,
    #[serde(default)]
    pub private: HashMap<ChannelId, Vec<Share>>,
}

/// One of them.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Share {
    pub ts: SlackTs,
}

impl Shares {
    /// The first message in a channel.
    pub fn first_in(&self, channel: &ChannelId) -> Option<&SlackTs> {
        let shares = [&self.public, &self.private].into_iter().filter_map(|all| all.get(channel));
        shares.flatten().map(|share| &share.ts).min_by_key(|ts| ts.micros())
    }
}

/// Removes a file of the token's own (docs.slack.dev/reference/methods/files.delete; Tier 3).
#[derive(Debug, Clone, Serialize)]
pub struct Delete<'a> {
    /// Which.
    pub file: &'a FileId,
}

impl Method for GetUploadUrl<'_> {
    const NAME: &'static str = "files.getUploadURLExternal";
    const TIER: Tier = Tier::Four;
    type Answer = UploadUrl;
}

impl Method for CompleteUpload<'_> {
    const NAME: &'static str = "files.completeUploadExternal";
    const TIER: Tier = Tier::Four;
    type Answer = Nothing;
}

impl Method for Info<'_> {
    const NAME: &'static str = "files.info";
    const TIER: Tier = Tier::Four;
    type Answer = Described;
}

impl Method for Delete<'_> {
    const NAME: &'static str = "files.delete";
    const TIER: Tier = Tier::Three;
    type Answer = Nothing;
}

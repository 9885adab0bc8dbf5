//! The lanes in use, by name. What runs in each, and in which order, is a table in `docs/JOBS.md`.

use std::fmt;

use crate::ids::{ChannelId, CopyId, InstallAttemptId, PostId, TeamId, UserId, WorkspaceId};

/// A lane's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(String);

impl Lane {
    /// Events of one source channel, in the order of their event time: database work only.
    pub fn source(team: &TeamId, channel: &ChannelId) -> Self {
        Self(format!("src:{team}:{channel}"))
    }

    /// As [`Lane::source`], of a channel that Slack Connect shows to several workspaces.
    pub fn shared_source(channel: &ChannelId) -> Self {
        Self(format!("src:connect:{channel}"))
    }

    /// Posts and replies into one target channel, in the order of their routing.
    pub fn target(team: &TeamId, channel: &ChannelId) -> Self {
        Self(format!("dst:{team}:{channel}"))
    }

    /// What follows on one copy: edits and deletions.
    pub fn changes(team: &TeamId, channel: &ChannelId, copy: &CopyId) -> Self {
        Self(format!("fx:{team}:{channel}:{copy}"))
    }

    /// Files of one copy that are not quick.
    pub fn files(team: &TeamId, channel: &ChannelId, copy: &CopyId) -> Self {
        Self(format!("file:{team}:{channel}:{copy}"))
    }

    /// What one person is told.
    pub fn notices(team: &TeamId, user: &UserId) -> Self {
        Self(format!("notice:{team}:{user}"))
    }

    /// What all who manage a workspace are told.
    pub fn notices_to_admins(team: &TeamId) -> Self {
        Self(format!("notice:{team}"))
    }

    /// What one person sees on the app's Home tab.
    pub fn home(team: &TeamId, user: &UserId) -> Self {
        Self(format!("home:{team}:{user}"))
    }

    /// Reactions to a message at one place.
    pub fn reactions(team: &TeamId, channel: &ChannelId, post: &PostId) -> Self {
        Self(format!("fx:{team}:{channel}:{post}"))
    }

    /// What follows from what somebody in a workspace decided.
    pub fn admin(team: &TeamId) -> Self {
        Self(format!("admin:{team}"))
    }

    /// What Slack tells of a workspace as such.
    pub fn team(team: &TeamId) -> Self {
        Self(format!("team:{team}"))
    }

    /// Somebody installs the app.
    pub fn install(attempt: &InstallAttemptId) -> Self {
        Self(format!("install:{attempt}"))
    }

    /// The bot's token in a workspace, or somebody's own: renewed by one at a time.
    pub fn token(workspace: &WorkspaceId, user: Option<&UserId>) -> Self {
        let of_user = user.map(|user| format!(":{user}")).unwrap_or_default();
        let holder = format!("{workspace}{of_user}");
        Self(format!("token:{holder}"))
    }

    /// Who is in a workspace.
    pub fn directory(team: &TeamId) -> Self {
        Self(format!("dir:{team}"))
    }

    /// What is read again in a channel of which Slack did not tell everything.
    pub fn gap(team: &TeamId, channel: &ChannelId) -> Self {
        Self(format!("gap:{team}:{channel}"))
    }

    /// What keeps the instance itself in order.
    pub fn maintenance() -> Self {
        Self("maintenance".to_owned())
    }

    /// What removes for good what nobody needs any more: one at a time, and nobody waits for it.
    pub fn sweep() -> Self {
        Self("sweep".to_owned())
    }

    /// A lane for tests and tools.
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The text that stands in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

//! Whether somebody can do anything in a channel at all.

use crate::ids::{ChannelId, TeamId, UserId};
use crate::world::{Channel, Workspace, World};

/// Why somebody can do nothing there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misplaced {
    /// There is no such workspace.
    #[error("there is no workspace {0}")]
    UnknownWorkspace(TeamId),
    /// The workspace has no such channel.
    #[error("there is no channel {0}")]
    UnknownChannel(ChannelId),
    /// The workspace has no such user.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
    /// The user is not in the channel.
    #[error("{0} is not in {1}")]
    NotInChannel(UserId, ChannelId),
    /// The channel is archived.
    #[error("{0} is archived")]
    Archived(ChannelId),
}

/// A channel that exists, archived or not.
pub(crate) fn place<'a>(
    world: &'a World,
    team: &TeamId,
    channel: &ChannelId,
) -> Result<(&'a Workspace, &'a Channel), Misplaced> {
    let workspace =
        world.workspace(team).ok_or_else(|| Misplaced::UnknownWorkspace(team.clone()))?;
    let found = workspace.channels.get(channel);
    let channel = found.ok_or_else(|| Misplaced::UnknownChannel(channel.clone()))?;
    Ok((workspace, channel))
}

/// A channel that the user is in, and in which things still happen.
pub(crate) fn standing<'a>(
    world: &'a World,
    team: &TeamId,
    channel: &ChannelId,
    user: &UserId,
) -> Result<(&'a Workspace, &'a Channel), Misplaced> {
    let (workspace, channel) = place(world, team, channel)?;
    if !workspace.users.contains_key(user) {
        return Err(Misplaced::UnknownUser(user.clone()));
    }
    if !channel.members.contains(user) {
        return Err(Misplaced::NotInChannel(user.clone(), channel.id.clone()));
    }
    if channel.is_archived {
        return Err(Misplaced::Archived(channel.id.clone()));
    }
    Ok((workspace, channel))
}

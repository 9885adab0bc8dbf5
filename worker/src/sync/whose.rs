//! Whose event it is: Slack tells of a channel that several workspaces share in the name of any of them, and of
//! one that has another id now under its old one.

use shared::db::{DbError, Tx};
use shared::ids::{ChannelId, TeamId};
use shared::slack::events::Teams;
use shared::tables::channels;
use shared::tables::workspaces::{self, Workspace};

/// A channel, as we know it.
#[derive(Debug)]
pub(crate) struct Whose {
    pub(crate) workspace: Workspace,
    pub(crate) channel: ChannelId,
}

/// The workspace, of those that an event names, through which its channel takes part, and that channel; or else
/// the one in whose name it comes. `None`: that is not installed.
pub(crate) async fn find(
    tx: &mut Tx,
    envelope: &str,
    team: &TeamId,
    channel: &ChannelId,
) -> Result<Option<Whose>, DbError> {
    let named = workspaces::by_team(tx, team).await?;
    if let Some(workspace) = &named
        && channels::is_in_a_sync(tx, &workspace.id, channel).await?
    {
        return Ok(named.map(|workspace| Whose { workspace, channel: channel.clone() }));
    }
    if let Ok(teams) = serde_json::from_str::<Teams>(envelope) {
        for team in teams.all().into_iter().filter(|other| *other != team) {
            if let Some(workspace) = workspaces::by_team(tx, team).await?
                && channels::is_in_a_sync(tx, &workspace.id, channel).await?
            {
                return Ok(Some(Whose { workspace, channel: channel.clone() }));
            }
        }
    }
    let Some(workspace) = named else { return Ok(None) };
    let moved = channels::moved_to(tx, &workspace.id, channel).await?;
    Ok(Some(Whose { workspace, channel: moved.unwrap_or_else(|| channel.clone()) }))
}

//! What becomes of channels, as the app hears of it. To set the stage without a sound, there is
//! [`super::WorkspaceHandle`].

use super::SlackEmulator;
use super::people::done;
use crate::ids::ChannelId;
use crate::rooms::{self, ChannelAct, ChannelActError};

/// # Panics
///
/// Those that return nothing panic if there is no such workspace, channel or user, and if it is so
/// already.
impl SlackEmulator {
    /// Someone gives a channel another name.
    #[track_caller]
    pub fn rename_channel(&self, team: &str, channel: &str, user: &str, name: &str) {
        let act = ChannelAct::Rename { user: user.into(), name: name.to_owned() };
        done(self.act_on_channel(team, channel, &act));
    }

    /// Someone archives a channel.
    #[track_caller]
    pub fn archive_channel(&self, team: &str, channel: &str, user: &str) {
        done(self.act_on_channel(team, channel, &ChannelAct::Archive { user: user.into() }));
    }

    /// Someone brings an archived channel back.
    #[track_caller]
    pub fn unarchive_channel(&self, team: &str, channel: &str, user: &str) {
        done(self.act_on_channel(team, channel, &ChannelAct::Unarchive { user: user.into() }));
    }

    /// A channel is deleted.
    #[track_caller]
    pub fn delete_channel(&self, team: &str, channel: &str) {
        done(self.act_on_channel(team, channel, &ChannelAct::Delete));
    }

    /// A channel gets another id.
    #[track_caller]
    pub fn change_channel_id(&self, team: &str, old: &str, new: &str) {
        let act = ChannelAct::ChangeId { id: ChannelId::from(new) };
        done(self.act_on_channel(team, old, &act));
    }

    /// Someone joins a channel: a person, or the bot.
    #[track_caller]
    pub fn join_channel(&self, team: &str, channel: &str, user: &str) {
        let act = ChannelAct::Join { user: user.into(), inviter: None };
        done(self.act_on_channel(team, channel, &act));
    }

    /// Someone invites a person, or the bot, into a channel.
    #[track_caller]
    pub fn invite(&self, team: &str, channel: &str, inviter: &str, user: &str) {
        let act = ChannelAct::Join { user: user.into(), inviter: Some(inviter.into()) };
        done(self.act_on_channel(team, channel, &act));
    }

    /// Something becomes of a channel.
    pub fn act_on_channel(
        &self,
        team: &str,
        channel: &str,
        act: &ChannelAct,
    ) -> Result<(), ChannelActError> {
        let (team, channel) = (team.into(), channel.into());
        self.core.change(|state| rooms::act(&self.core, state, &team, &channel, act))
    }
}

//! The simulated world: workspaces, their people, channels and messages, and the one app that is
//! installed in each of them. State and its rules, with no knowledge of HTTP or events.

mod channel;
mod emoji;
mod file;
mod grant;
mod installation;
mod message;
mod reactions;
mod rich_text;
mod samples;
mod split;
mod user;
mod workspace;

use std::collections::BTreeMap;
use std::time::Duration;

pub use channel::ChannelSetup;
pub(crate) use channel::{Channel, ThreadProblem};
pub(crate) use emoji::{is_standard_emoji, standard_emoji};
pub(crate) use file::{FILE_BYTES, File, KEPT_BYTES, Upload};
pub use file::{FileContent, FileMode, FileSetup};
use grant::Fate;
pub(crate) use grant::{Grant, Issued, Issuing, TOKEN_LIFE};
pub(crate) use installation::{Bearer, Caller, Installation, Revoked, Standing};
pub(crate) use message::{Author, Draft, Edited, Face, Icon, Kind, Message, Metadata, Origin};
pub(crate) use reactions::{Reaction, Reactions};
pub(crate) use rich_text::rich_text_blocks;
pub(crate) use samples::sample;
pub(crate) use split::{MESSAGE_CHARS, TEXT_CHARS, split_text};
pub use user::User;
pub(crate) use workspace::{SLACKBOT, Told, Workspace};

use crate::ids::{ChannelId, TeamId};
use crate::settings::Settings;

/// The app under test, the same in each workspace.
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) name: String,
    /// What it is granted where it is installed without being asked.
    pub(crate) scopes: Vec<String>,
    /// Whether its tokens end after a while and are made anew.
    pub(crate) rotates: bool,
    /// Where the emulator's own pages and pictures are: `http://host:port`.
    pub(crate) base_url: String,
}

pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) workspaces: BTreeMap<TeamId, Workspace>,
}

impl World {
    pub(crate) fn new(settings: &Settings, base_url: &str) -> Self {
        let app = App {
            id: settings.app_id.clone(),
            name: settings.app_name.clone(),
            scopes: settings.scopes.clone(),
            rotates: settings.token_rotation_enabled,
            base_url: base_url.to_owned(),
        };
        Self { app, workspaces: BTreeMap::new() }
    }

    pub(crate) fn workspace(&self, team: &str) -> Option<&Workspace> {
        self.workspaces.get(team)
    }

    /// A channel and the workspace that it is in.
    pub(crate) fn channel(
        &self,
        team: &TeamId,
        channel: &ChannelId,
    ) -> Option<(&Workspace, &Channel)> {
        let workspace = self.workspace(team)?;
        Some((workspace, workspace.channels.get(channel)?))
    }

    pub(crate) fn channel_mut(
        &mut self,
        team: &TeamId,
        channel: &ChannelId,
    ) -> Option<&mut Channel> {
        self.workspaces.get_mut(team)?.channels.get_mut(channel)
    }

    /// What is known of a token, if the emulator gave it out.
    pub(crate) fn bearer(&self, token: &str, now: Duration) -> Option<Bearer> {
        self.workspaces.values().find_map(|workspace| workspace.bearer(token, now))
    }

    /// A workspace other than `team` that has a channel or user of this id: naming it with the
    /// token of `team` is a mix-up in the app, not a matter of chance.
    pub(crate) fn foreign_home(&self, team: &str, id: &str) -> Option<&TeamId> {
        self.workspaces
            .values()
            .find(|workspace| {
                workspace.id != *team
                    && (workspace.channels.contains_key(id) || workspace.users.contains_key(id))
            })
            .map(|workspace| &workspace.id)
    }
}

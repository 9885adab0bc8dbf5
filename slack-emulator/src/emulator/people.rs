//! What people say and do.

use super::SlackEmulator;
use crate::clicking::{self, ClickError};
use crate::deeds::{self, ActError, UserAct};
use crate::home;
use crate::ids::Ts;
use crate::previews;
use crate::sharing;
use crate::speech::{self, SayError, UserPost};
use crate::world::FileSetup;

impl SlackEmulator {
    /// Someone says something in a channel.
    ///
    /// # Panics
    ///
    /// If there is no such workspace, channel or member, or the channel is archived.
    #[track_caller]
    pub fn say(&self, team: &str, channel: &str, user: &str, text: &str) -> Ts {
        done(self.post(team, channel, UserPost::new(user, text)))
    }

    /// Someone replies in a thread, which is named by its root.
    ///
    /// # Panics
    ///
    /// As [`Self::say`] does, and if there is no such root.
    #[track_caller]
    pub fn reply(&self, team: &str, channel: &str, user: &str, thread_ts: &str, text: &str) -> Ts {
        done(self.post(team, channel, UserPost::new(user, text).in_thread(thread_ts)))
    }

    /// Someone shares files.
    ///
    /// # Panics
    ///
    /// As [`Self::say`] does.
    #[track_caller]
    pub fn share(
        &self,
        team: &str,
        channel: &str,
        user: &str,
        text: &str,
        files: impl IntoIterator<Item = FileSetup>,
    ) -> Ts {
        let post = UserPost { files: files.into_iter().collect(), ..UserPost::new(user, text) };
        done(self.post(team, channel, post))
    }

    /// Someone deletes a file.
    ///
    /// # Panics
    ///
    /// If there is no such file.
    #[track_caller]
    pub fn delete_file(&self, team: &str, file: &str) {
        let (team, file) = (team.into(), file.into());
        let deleted = self.core.change(|state| sharing::delete(&self.core, state, &team, &file));
        deleted.unwrap_or_else(|| panic!("there is no file {file} in {team}"));
    }

    /// Someone opens the app's Home tab.
    ///
    /// # Panics
    ///
    /// If there is no such workspace or user.
    #[track_caller]
    pub fn open_home(&self, team: &str, user: &str) {
        let (team, user) = (team.into(), user.into());
        done(self.core.change(|state| home::open(&self.core, state, &team, &user)));
    }

    /// Someone presses a button of the app's Home tab: one of this action and value, which has to be there. Returns the
    /// HTTP status that the app answers, if it does within three seconds.
    pub async fn press(
        &self,
        team: &str,
        user: &str,
        action: &str,
        value: &str,
    ) -> Result<Option<u16>, ClickError> {
        clicking::press(&self.core, &team.into(), &user.into(), action, value).await
    }

    /// Someone says something, with all that there is to choose about it.
    pub fn post(&self, team: &str, channel: &str, post: UserPost) -> Result<Ts, SayError> {
        let (team, channel) = (team.into(), channel.into());
        self.core.change(|state| speech::say(&self.core, state, &team, &channel, post))
    }

    /// Someone says something else instead of what they said. Returns when, as the event tells it.
    ///
    /// # Panics
    ///
    /// As [`Self::say`] does, and if there is no such message of theirs.
    #[track_caller]
    pub fn edit(&self, team: &str, channel: &str, user: &str, ts: &str, new_text: &str) -> Ts {
        let act = UserAct::Edit { ts: ts.into(), text: new_text.to_owned() };
        done(self.act(team, channel, user, act))
    }

    /// Someone deletes what they said, or as one who manages the workspace what others said. The
    /// root of a thread that has replies becomes a tombstone.
    ///
    /// # Panics
    ///
    /// As [`Self::edit`] does.
    #[track_caller]
    pub fn delete(&self, team: &str, channel: &str, user: &str, ts: &str) -> Ts {
        done(self.act(team, channel, user, UserAct::Delete { ts: ts.into() }))
    }

    /// Someone reacts with an emoji, perhaps of a skin tone: `wave::skin-tone-3`.
    ///
    /// # Panics
    ///
    /// As [`Self::say`] does, and if there is no such message or emoji, or it is so already.
    #[track_caller]
    pub fn react(&self, team: &str, channel: &str, user: &str, ts: &str, emoji: &str) -> Ts {
        let act = UserAct::React { ts: ts.into(), emoji: emoji.to_owned() };
        done(self.act(team, channel, user, act))
    }

    /// Someone takes a reaction back.
    ///
    /// # Panics
    ///
    /// As [`Self::say`] does, and if there is no such reaction of theirs.
    #[track_caller]
    pub fn unreact(&self, team: &str, channel: &str, user: &str, ts: &str, emoji: &str) -> Ts {
        let act = UserAct::Unreact { ts: ts.into(), emoji: emoji.to_owned() };
        done(self.act(team, channel, user, act))
    }

    /// Someone does something to a message. Returns when, as the event tells it.
    pub fn act(&self, team: &str, channel: &str, user: &str, act: UserAct) -> Result<Ts, ActError> {
        let (team, channel, user) = (team.into(), channel.into(), user.into());
        self.core.change(|state| deeds::act(&self.core, state, &team, &channel, &user, act))
    }

    /// Slack attaches a preview of a link to a message: a `message_changed` without an edit.
    ///
    /// # Panics
    ///
    /// If there is no such workspace, channel or message.
    #[track_caller]
    pub fn unfurl(&self, team: &str, channel: &str, ts: &str) -> Ts {
        let (team, channel, ts) = (team.into(), channel.into(), ts.into());
        done(self.core.change(|state| previews::unfurl(&self.core, state, &team, &channel, &ts)))
    }

    /// Slack sends a message as a `message_changed` with nothing changed at all, as it was seen to
    /// do when it finds out a message's language.
    ///
    /// # Panics
    ///
    /// As [`Self::unfurl`] does.
    #[track_caller]
    pub fn resend(&self, team: &str, channel: &str, ts: &str) -> Ts {
        let (team, channel, ts) = (team.into(), channel.into(), ts.into());
        done(self.core.change(|state| previews::resend(&self.core, state, &team, &channel, &ts)))
    }
}

#[track_caller]
pub(super) fn done<T>(result: Result<T, impl std::fmt::Display>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

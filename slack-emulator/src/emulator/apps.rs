//! What other apps say.

use super::SlackEmulator;
use super::people::done;
use crate::ids::Ts;
use crate::other_app::{self, AppPost};

impl SlackEmulator {
    /// Another app posts a message, which comes as a `bot_message`.
    ///
    /// # Panics
    ///
    /// If there is no such workspace or channel.
    #[track_caller]
    pub fn app_posts(&self, team: &str, channel: &str, post: AppPost) -> Ts {
        let (team, channel) = (team.into(), channel.into());
        let post = |state: &mut _| other_app::post(&self.core, state, &team, &channel, post);
        done(self.core.change(post))
    }

    /// Another app makes its message this one. Returns when, as the event tells it.
    ///
    /// # Panics
    ///
    /// As [`Self::app_posts`] does, and if there is no such message.
    #[track_caller]
    pub fn app_updates(&self, team: &str, channel: &str, ts: &str, post: AppPost) -> Ts {
        let (team, channel, ts) = (team.into(), channel.into(), ts.into());
        let update =
            |state: &mut _| other_app::update(&self.core, state, &team, &channel, &ts, post);
        done(self.core.change(update))
    }
}

//! What becomes of a workspace's people, as the app hears of it. To set the stage without a sound,
//! there is [`WorkspaceHandle::add_user`] and [`WorkspaceHandle::change_user`].

use super::people::done;
use super::{SlackEmulator, WorkspaceHandle};
use crate::directory;
use crate::ids::{TeamId, UserId};
use crate::world::User;

impl SlackEmulator {
    /// Somebody changes their profile.
    ///
    /// # Panics
    ///
    /// If there is no such workspace or user.
    #[track_caller]
    pub fn change_profile(&self, team: &str, user: &str, act: impl FnOnce(&mut User)) {
        let (team, id) = (TeamId::from(team), UserId::from(user));
        let found = self.core.read(|state| state.world.workspace(&team)?.users.get(&id).cloned());
        let Some(mut user) = found else { panic!("there is no user {id} in {team}") };
        // Not under the lock: the closure may well look at the emulator.
        act(&mut user);
        done(self.core.change(|state| directory::change(&self.core, state, &team, &id, user)));
    }

    /// Somebody's account is deactivated. The app can no longer act in their name.
    ///
    /// # Panics
    ///
    /// If there is no such workspace or user, or the account is deactivated already.
    #[track_caller]
    pub fn deactivate(&self, team: &str, user: &str) {
        let (team, user) = (team.into(), user.into());
        done(self.core.change(|state| directory::deactivate(&self.core, state, &team, &user)));
    }
}

impl WorkspaceHandle<'_> {
    /// Somebody new joins the workspace, and none of its channels yet.
    ///
    /// # Panics
    ///
    /// If there is someone of that id already.
    #[track_caller]
    pub fn join(&self, user: User) -> &Self {
        done(self.core.change(|state| directory::join(self.core, state, &self.id, user)));
        self
    }
}

//! Setting the stage: workspaces, people, channels, and what changes about them.

use std::sync::Arc;

use super::SlackEmulator;
use crate::core::{Change, Core};
use crate::ids::TeamId;
use crate::installing;
use crate::world::{Channel, ChannelSetup, Installation, User, Workspace, sample};

impl SlackEmulator {
    /// Adds a workspace with the app installed. Ids are the caller's choice: `T…`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), slack_emulator::StartError> {
    /// use slack_emulator::{Settings, SlackEmulator};
    ///
    /// let slack = SlackEmulator::start(Settings::default()).await?;
    /// slack
    ///     .add_workspace("T0ACME", "Acme")
    ///     .user("U0ADA", "Ada Lovelace")
    ///     .channel("C0GENERAL", "general");
    /// slack.say("T0ACME", "C0GENERAL", "U0ADA", "hello");
    /// assert_eq!(slack.messages("T0ACME", "C0GENERAL")[0].text, "hello");
    /// # slack.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_workspace(&self, id: &str, name: &str) -> WorkspaceHandle<'_> {
        let workspace = self.add_workspace_without_app(id, name);
        self.core.change(|state| {
            let (scopes, how) = (state.world.app.scopes.clone(), state.issuing());
            let installed = installing::install(&self.core, state, &workspace.id, scopes, how);
            installed.expect("it was added just now");
        });
        workspace
    }

    /// Adds a workspace that the app is not installed in: it has to be asked for.
    pub fn add_workspace_without_app(&self, id: &str, name: &str) -> WorkspaceHandle<'_> {
        self.core.change(|state| {
            let workspace = Workspace::new(id, name, &state.world.app);
            state.world.workspaces.insert(workspace.id.clone(), workspace);
        });
        self.core.tell(|| Change::Stage);
        self.workspace(id)
    }

    /// Adds that many workspaces with people and channels in them and the app installed, and
    /// returns their ids.
    pub fn add_sample_workspaces(&self, count: usize) -> Vec<TeamId> {
        self.add_samples(count, true)
    }

    /// The same, with the app not installed.
    pub fn add_sample_workspaces_without_app(&self, count: usize) -> Vec<TeamId> {
        self.add_samples(count, false)
    }

    fn add_samples(&self, count: usize, with_app: bool) -> Vec<TeamId> {
        let ids = self.core.change(|state| {
            let how = with_app.then(|| state.issuing());
            let samples = (0..count).map(|number| sample(number, &state.world.app, how));
            let samples: Vec<_> =
                samples.map(|workspace| (workspace.id.clone(), workspace)).collect();
            let ids = samples.iter().map(|(id, _)| id.clone()).collect();
            state.world.workspaces.extend(samples);
            ids
        });
        self.core.tell(|| Change::Stage);
        ids
    }

    /// A workspace that exists, to change what is in it.
    ///
    /// # Panics
    ///
    /// If there is no such workspace.
    #[track_caller]
    pub fn workspace(&self, id: &str) -> WorkspaceHandle<'_> {
        let found = self.core.read(|state| state.world.workspace(id).map(|found| found.id.clone()));
        let Some(id) = found else { panic!("there is no workspace {id}") };
        WorkspaceHandle { core: &self.core, id }
    }

    /// Gives a workspace an emoji of its own.
    ///
    /// # Panics
    ///
    /// If there is no such workspace.
    #[track_caller]
    pub fn add_emoji(&self, team: &str, name: &str) {
        self.workspace(team).emoji(name);
    }

    /// The ids of all workspaces.
    pub fn teams(&self) -> Vec<TeamId> {
        self.core.read(|state| state.world.workspaces.keys().cloned().collect())
    }
}

/// A workspace, to be filled and changed. Its methods chain.
///
/// # Panics
///
/// Methods that name a channel or user panic if there is none of that id.
#[derive(Clone)]
pub struct WorkspaceHandle<'a> {
    pub(super) core: &'a Arc<Core>,
    pub(super) id: TeamId,
}

impl WorkspaceHandle<'_> {
    /// The workspace's id.
    pub fn id(&self) -> &TeamId {
        &self.id
    }

    /// Adds a person.
    pub fn user(&self, id: &str, real_name: &str) -> &Self {
        self.add_user(User::new(id, real_name))
    }

    /// Adds a person or bot, or replaces the one of that id.
    pub fn add_user(&self, user: User) -> &Self {
        self.change(|workspace| {
            workspace.users.insert(user.id.clone(), user);
        })
    }

    /// Changes a person, such as the name.
    #[track_caller]
    pub fn change_user(&self, id: &str, act: impl FnOnce(&mut User)) -> &Self {
        let found = self.core.read(|state| state.world.workspace(&self.id)?.users.get(id).cloned());
        let Some(mut user) = found else { panic!("there is no user {id}") };
        act(&mut user);
        self.add_user(user)
    }

    /// Opens a public channel that everyone added so far is in, and the bot if the app is installed.
    pub fn channel(&self, id: &str, name: &str) -> &Self {
        self.add_channel(ChannelSetup::new(id, name))
    }

    /// Opens a channel, or replaces the one of that id by an empty one.
    pub fn add_channel(&self, channel: ChannelSetup) -> &Self {
        self.change(|workspace| workspace.add_channel(channel))
    }

    /// Archives a channel, or brings it back.
    #[track_caller]
    pub fn set_archived(&self, channel: &str, archived: bool) -> &Self {
        self.change_channel(channel, |channel, _| channel.is_archived = archived)
    }

    /// Lets a person into a channel.
    #[track_caller]
    pub fn let_in(&self, channel: &str, user: &str) -> &Self {
        self.change_channel(channel, |channel, _| {
            channel.members.insert(user.into());
        })
    }

    /// Removes a person from a channel.
    #[track_caller]
    pub fn remove(&self, channel: &str, user: &str) -> &Self {
        self.change_channel(channel, |channel, _| {
            channel.members.remove(user);
        })
    }

    /// Removes the bot from a channel.
    #[track_caller]
    pub fn remove_bot(&self, channel: &str) -> &Self {
        self.change_channel(channel, |channel, bot| {
            channel.members.remove(&bot.bot_user);
        })
    }

    /// Gives the workspace an emoji of its own.
    pub fn emoji(&self, name: &str) -> &Self {
        self.change(|workspace| workspace.add_emoji(name, None))
    }

    /// Gives an emoji another name.
    pub fn emoji_alias(&self, name: &str, of: &str) -> &Self {
        self.change(|workspace| workspace.add_emoji(name, Some(of)))
    }

    /// Takes an emoji away that the workspace had of its own.
    pub fn remove_emoji(&self, name: &str) -> &Self {
        self.change(|workspace| {
            workspace.emoji.remove(name);
        })
    }

    /// Sets the scopes that the app is granted.
    pub fn scopes<'s>(&self, scopes: impl IntoIterator<Item = &'s str>) -> &Self {
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        self.change(|workspace| workspace.installation.grant.scopes = scopes)
    }

    /// Takes one scope away from the app.
    pub fn without_scope(&self, scope: &str) -> &Self {
        self.change(|workspace| {
            workspace.installation.grant.scopes.retain(|granted| granted != scope);
        })
    }

    /// Lets people of this workspace grant these scopes and no others from now on, whatever they are
    /// asked for: the rest may be optional to the app.
    /// <https://docs.slack.dev/authentication/installing-with-oauth>
    pub fn grant_only<'s>(&self, scopes: impl IntoIterator<Item = &'s str>) -> &Self {
        let scopes = scopes.into_iter().map(str::to_owned).collect();
        self.change(|workspace| workspace.grants_only = Some(scopes))
    }

    /// Lets them grant whatever they are asked for again.
    pub fn grant_all(&self) -> &Self {
        self.change(|workspace| workspace.grants_only = None)
    }

    fn change(&self, act: impl FnOnce(&mut Workspace)) -> &Self {
        self.core.change(|state| {
            state.world.workspaces.get_mut(&self.id).map(act);
        });
        self.core.tell(|| Change::Stage);
        self
    }

    #[track_caller]
    fn change_channel(&self, id: &str, act: impl FnOnce(&mut Channel, &Installation)) -> &Self {
        let known = self.core.read(|state| {
            state.world.workspace(&self.id).is_some_and(|home| home.channels.contains_key(id))
        });
        assert!(known, "there is no channel {id}");
        self.change(|workspace| {
            if let Some(channel) = workspace.channels.get_mut(id) {
                act(channel, &workspace.installation);
            }
        })
    }

    #[track_caller]
    pub(super) fn installation<R>(&self, look: impl FnOnce(&Installation) -> R) -> R {
        let found =
            self.core.read(|state| state.world.workspace(&self.id).map(|w| look(&w.installation)));
        found.expect("handles are of workspaces that exist, and nobody removes workspaces")
    }
}

//! What becomes of channels: they get another name, are archived, deleted or moved to another id,
//! and people come in. Most of it Slack also says in the channel, in a line of its own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::core::{Change, Core, State};
use crate::events::{self, Topic, channel};
use crate::ids::{ChannelId, TeamId, Ts, UserId};
use crate::posting;
use crate::shape::object;
use crate::standing::{Misplaced, place};
use crate::world::{Author, Channel, Draft, Kind};

/// What becomes of a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum ChannelAct {
    /// It gets another name.
    Rename {
        /// Who does it.
        user: UserId,
        /// The name from now on.
        name: String,
    },
    /// Nothing can be said in it any more.
    Archive {
        /// Who does it.
        user: UserId,
    },
    /// It is in use again.
    Unarchive {
        /// Who does it.
        user: UserId,
    },
    /// It is gone, with all that was said in it.
    Delete,
    /// It gets another id, as when it is shared with another organisation.
    ChangeId {
        /// The id from now on.
        id: ChannelId,
    },
    /// Somebody comes in: a person, or the bot.
    Join {
        /// Who comes in.
        user: UserId,
        /// Who asked them in, if anyone did.
        #[serde(default)]
        inviter: Option<UserId>,
    },
}

/// Why that could not become of a channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChannelActError {
    /// There is no such channel or user.
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    /// It is so already, or the id is taken.
    #[error("{0} is like that already")]
    NothingNew(ChannelId),
}

/// Does it.
pub(crate) fn act(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    id: &ChannelId,
    act: &ChannelAct,
) -> Result<(), ChannelActError> {
    check(state, team, id, act)?;
    let mut room = Room { core, state, team, id };
    let done = match act {
        ChannelAct::Rename { user, name } => room.rename(user, name),
        ChannelAct::Archive { user } => room.archive(user),
        ChannelAct::Unarchive { user } => room.unarchive(user),
        ChannelAct::Delete => room.delete(),
        ChannelAct::ChangeId { id } => room.change_id(id),
        ChannelAct::Join { user, inviter } => room.enter(user, inviter.as_ref()),
    };
    core.tell(|| Change::Stage);
    done.ok_or_else(|| Misplaced::UnknownChannel(id.clone()).into())
}

fn check(
    state: &State,
    team: &TeamId,
    id: &ChannelId,
    act: &ChannelAct,
) -> Result<(), ChannelActError> {
    let (workspace, channel) = place(&state.world, team, id)?;
    let (users, is_new) = match act {
        ChannelAct::Rename { user, name } => ([Some(user), None], channel.name != *name),
        ChannelAct::Archive { user } => ([Some(user), None], !channel.is_archived),
        ChannelAct::Unarchive { user } => ([Some(user), None], channel.is_archived),
        ChannelAct::Delete => ([None, None], true),
        ChannelAct::ChangeId { id } => ([None, None], !workspace.channels.contains_key(id)),
        ChannelAct::Join { user, inviter } => {
            ([Some(user), inviter.as_ref()], !channel.members.contains(user))
        }
    };
    if let Some(user) =
        users.into_iter().flatten().find(|user| !workspace.users.contains_key(*user))
    {
        return Err(Misplaced::UnknownUser(user.clone()).into());
    }
    is_new.then_some(()).ok_or_else(|| ChannelActError::NothingNew(id.clone()))
}

/// Somebody comes into a channel that exists and that they are not in.
pub(crate) fn enter(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    id: &ChannelId,
    user: &UserId,
    inviter: Option<&UserId>,
) {
    Room { core, state, team, id }.enter(user, inviter);
    core.tell(|| Change::Stage);
}

/// Somebody leaves a channel that they are in.
pub(crate) fn leave(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    id: &ChannelId,
    user: &UserId,
) {
    Room { core, state, team, id }.leave(user);
    core.tell(|| Change::Stage);
}

/// The channel that something becomes of.
struct Room<'a> {
    core: &'a Arc<Core>,
    state: &'a mut State,
    team: &'a TeamId,
    id: &'a ChannelId,
}

impl Room<'_> {
    fn channel(&mut self) -> Option<&mut Channel> {
        self.state.world.channel_mut(self.team, self.id)
    }

    /// <https://docs.slack.dev/reference/events/message/channel_name>
    fn rename(&mut self, user: &UserId, name: &str) -> Option<()> {
        let old_name = std::mem::replace(&mut self.channel()?.name, name.to_owned());
        let text = format!("<@{user}> has renamed the channel from \"{old_name}\" to \"{name}\"");
        let more = object(json!({ "old_name": old_name, "name": name }));
        self.say(user, ["channel_name", "group_name"], text, more)?;
        self.tell(Topic::Channel, channel::renamed)
    }

    /// <https://docs.slack.dev/reference/events/message/channel_archive>
    fn archive(&mut self, user: &UserId) -> Option<()> {
        let text = format!("<@{user}> archived the channel");
        self.say(user, ["channel_archive", "group_archive"], text, Map::new())?;
        self.channel()?.is_archived = true;
        self.tell(Topic::Channel, |channel, at| channel::archived(channel, user, at))
    }

    /// <https://docs.slack.dev/reference/events/message/channel_unarchive>
    fn unarchive(&mut self, user: &UserId) -> Option<()> {
        self.channel()?.is_archived = false;
        let text = format!("<@{user}> un-archived the channel");
        self.say(user, ["channel_unarchive", "group_unarchive"], text, Map::new())?;
        self.tell(Topic::Channel, |channel, at| channel::unarchived(channel, user, at))
    }

    fn delete(&mut self) -> Option<()> {
        self.tell(Topic::Channel, channel::deleted)?;
        self.state.world.workspaces.get_mut(self.team)?.channels.remove(self.id);
        Some(())
    }

    /// Whoever hears of it has heard of the old id: the event goes by the new one.
    fn change_id(&mut self, new: &ChannelId) -> Option<()> {
        let workspace = self.state.world.workspaces.get_mut(self.team)?;
        let mut channel = workspace.channels.remove(self.id)?;
        channel.id = new.clone();
        workspace.channels.insert(new.clone(), channel);
        let old = self.id;
        let mut moved = Room { core: self.core, state: &mut *self.state, team: self.team, id: new };
        moved.tell(Topic::Channel, |channel, at| channel::id_changed(old, &channel.id, at))
    }

    /// <https://docs.slack.dev/reference/events/message/channel_join>
    fn enter(&mut self, user: &UserId, inviter: Option<&UserId>) -> Option<()> {
        self.channel()?.members.insert(user.clone());
        let text = format!("<@{user}> has joined the channel");
        let more =
            inviter.map(|inviter| ("inviter".to_owned(), json!(inviter))).into_iter().collect();
        self.say(user, ["channel_join", "group_join"], text, more)?;
        let team = self.team;
        self.tell(Topic::Members, |channel, at| {
            channel::member_joined(team, channel, user, inviter, at)
        })
    }

    /// <https://docs.slack.dev/reference/events/message/channel_leave>
    fn leave(&mut self, user: &UserId) -> Option<()> {
        let text = format!("<@{user}> has left the channel");
        self.say(user, ["channel_leave", "group_leave"], text, Map::new())?;
        self.channel()?.members.remove(user);
        Some(())
    }

    /// Slack says it in the channel: a message like any other, with one subtype in public channels
    /// and another in private ones.
    fn say(
        &mut self,
        user: &UserId,
        subtypes: [&'static str; 2],
        text: String,
        more: Map<String, Value>,
    ) -> Option<Ts> {
        let (workspace, channel) = self.state.world.channel(self.team, self.id)?;
        let subtype = subtypes[usize::from(channel.is_private)];
        let is_bot = *user == workspace.installation.bot_user;
        let author = if is_bot { Author::Bot(None) } else { Author::User(user.clone()) };
        let line = Draft { kind: Kind::Line { subtype, more }, ..Draft::new(author, text) };
        posting::post(self.core, self.state, self.team, self.id, line)
    }

    fn tell(
        &mut self,
        topic: Topic,
        event: impl FnOnce(&Channel, &Ts) -> Map<String, Value>,
    ) -> Option<()> {
        let at = self.channel()?.stamp();
        let (workspace, channel) = self.state.world.channel(self.team, self.id)?;
        if events::hears(workspace, channel, topic) {
            let event = event(channel, &at);
            events::emit(self.core, self.state, self.team, Some(self.id), &event);
        }
        Some(())
    }
}

//! One workspace and the app's installation in it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{App, Channel, ChannelSetup, File, Grant, Installation, User, is_standard_emoji};
use crate::ids::{ChannelId, FileId, TeamId, Ts, UserId};
use crate::time::{now_micros, now_seconds};

/// Slack's own helper. It is in every workspace's list of users, and there it says of itself that
/// it is no bot. <https://docs.slack.dev/reference/objects/user-object/>
pub(crate) const SLACKBOT: &str = "USLACKBOT";

pub(crate) struct Workspace {
    pub(crate) id: TeamId,
    pub(crate) name: String,
    pub(crate) created: u64,
    pub(crate) users: BTreeMap<UserId, User>,
    pub(crate) channels: BTreeMap<ChannelId, Channel>,
    pub(crate) installation: Installation,
    /// What people let the app do in their names.
    pub(crate) grants: BTreeMap<UserId, Grant>,
    /// The scopes that are granted here at all, whatever is asked for.
    pub(crate) grants_only: Option<Vec<String>>,
    /// The workspace's own emoji: an address, or `alias:` and another name.
    pub(crate) emoji: BTreeMap<String, String>,
    pub(crate) files: BTreeMap<FileId, File>,
    /// What was said in conversations of two, one of whom the app speaks for.
    pub(crate) told: Vec<Told>,
    /// What each person sees on the app's Home tab.
    pub(crate) homes: BTreeMap<UserId, Value>,
    /// Those conversations that were opened.
    pub(crate) opened: BTreeSet<ChannelId>,
    /// When somebody's profile changed, in seconds since 1970.
    pub(crate) updated: BTreeMap<UserId, u64>,
    /// The latest time stamp that anything here was given, channels aside, in microseconds.
    clock: u64,
    /// How far time stamps are ahead of the machine's clock, in microseconds.
    ahead: u64,
}

/// Something that was said to one person alone.
pub(crate) struct Told {
    pub(crate) from: UserId,
    pub(crate) to: UserId,
    pub(crate) text: String,
}

impl Workspace {
    /// A workspace that the app is not installed in, with nobody in it.
    pub(crate) fn new(id: &str, name: &str, app: &App) -> Self {
        let slackbot = User::new(SLACKBOT, "Slackbot");
        Self {
            id: id.into(),
            name: name.to_owned(),
            created: now_seconds(),
            users: BTreeMap::from([(slackbot.id.clone(), slackbot)]),
            channels: BTreeMap::new(),
            installation: Installation::none(stem(id), id, app),
            grants: BTreeMap::new(),
            grants_only: None,
            emoji: BTreeMap::new(),
            files: BTreeMap::new(),
            told: Vec::new(),
            homes: BTreeMap::new(),
            opened: BTreeSet::new(),
            updated: BTreeMap::new(),
            clock: 0,
            ahead: 0,
        }
    }

    /// What ids and tokens of this workspace are made of.
    pub(super) fn stem(&self) -> &str {
        stem(&self.id)
    }

    /// The time stamp of what happens now, in no channel: no two such things have the same.
    pub(crate) fn stamp(&mut self) -> Ts {
        self.clock = (now_micros() + self.ahead).max(self.clock + 1);
        Ts::from_micros(self.clock)
    }

    /// What happens from now on has time stamps that much later.
    pub(crate) fn leap(&mut self, micros: u64) {
        self.ahead += micros;
        for channel in self.channels.values_mut() {
            channel.ahead = self.ahead;
        }
    }

    /// The part of the workspace's address that is its own: `acme` in `acme.slack.com`.
    pub(crate) fn domain(&self) -> String {
        let letters =
            |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        self.name.chars().map(letters).collect()
    }

    /// Those who can speak: no bots, nobody who has left.
    pub(crate) fn people(&self) -> impl Iterator<Item = &User> {
        self.users.values().filter(|user| !user.is_bot && !user.deleted && user.id != SLACKBOT)
    }

    pub(crate) fn add_channel(&mut self, setup: ChannelSetup) {
        let everyone = self.people().map(|user| user.id.clone()).collect();
        let bot = self.is_installed().then_some(&self.installation.bot_user);
        let mut channel = Channel::open(setup, everyone, bot);
        channel.ahead = self.ahead;
        self.channels.insert(channel.id.clone(), channel);
    }

    /// The channel of this id or, as `chat.postMessage` takes it, of this name.
    pub(crate) fn channel_named(&self, text: &str) -> Option<&Channel> {
        let name = text.strip_prefix('#').unwrap_or(text);
        self.channels
            .get(text)
            .or_else(|| self.channels.values().find(|channel| channel.name == name))
    }

    pub(crate) fn bot_is_in(&self, channel: &Channel) -> bool {
        channel.members.contains(&self.installation.bot_user)
    }

    /// The conversation of two alone. The bot's own with somebody is known by that person.
    pub(crate) fn conversation(&self, one: &UserId, other: &UserId) -> ChannelId {
        let bot = &self.installation.bot_user;
        let mut parts = [one, other];
        parts.sort();
        let parts = parts.into_iter().filter(|part| *part != bot);
        parts.fold("D".to_owned(), |id, part| id + part.trim_start_matches('U')).into()
    }

    /// With whom someone has this conversation of two.
    pub(crate) fn partner(&self, one: &UserId, conversation: &str) -> Option<&User> {
        self.users.values().find(|user| self.conversation(one, &user.id) == *conversation)
    }

    /// Adds an emoji of the workspace's own, or another name for one.
    pub(crate) fn add_emoji(&mut self, name: &str, alias_of: Option<&str>) {
        let address = || format!("https://emoji.slack-edge.com/{}/{name}/0.png", self.id);
        let value = alias_of.map_or_else(address, |of| format!("alias:{of}"));
        self.emoji.insert(name.to_owned(), value);
    }

    /// Whether one may react with this emoji here: one of the standard, or of the workspace's own.
    pub(crate) fn has_emoji(&self, name: &str) -> bool {
        self.emoji.contains_key(name) || is_standard_emoji(name)
    }
}

/// An id without the letter that says what it is of.
fn stem(id: &str) -> &str {
    id.strip_prefix('T').unwrap_or(id)
}

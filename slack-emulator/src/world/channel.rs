//! A channel: who is in it and what was said.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draft, Message};
use crate::ids::{ChannelId, Ts, UserId};
use crate::time::{now_micros, now_seconds};

/// A channel to be opened: public, with everyone in it, the bot too where the app is installed,
/// unless told otherwise.
#[derive(Clone, Debug)]
pub struct ChannelSetup {
    id: ChannelId,
    name: String,
    is_private: bool,
    is_archived: bool,
    members: Option<BTreeSet<UserId>>,
    with_bot: bool,
}

impl ChannelSetup {
    /// A public channel that every person of the workspace so far and the bot are in.
    pub fn new(id: &str, name: &str) -> Self {
        Self {
            id: id.into(),
            name: name.to_owned(),
            is_private: false,
            is_archived: false,
            members: None,
            with_bot: true,
        }
    }

    /// Makes the channel private.
    #[must_use]
    pub fn private(mut self) -> Self {
        self.is_private = true;
        self
    }

    /// Archives the channel.
    #[must_use]
    pub fn archived(mut self) -> Self {
        self.is_archived = true;
        self
    }

    /// Lets these people in, and no others.
    #[must_use]
    pub fn members<'a>(mut self, users: impl IntoIterator<Item = &'a str>) -> Self {
        self.members = Some(users.into_iter().map(UserId::from).collect());
        self
    }

    /// Leaves the bot out.
    #[must_use]
    pub fn without_bot(mut self) -> Self {
        self.with_bot = false;
        self
    }
}

/// Why a message cannot be replied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThreadProblem {
    NoSuchMessage,
    /// The message is a reply itself: threads have one level.
    IsReply,
    /// Slack's own lines cannot be replied to.
    /// <https://docs.slack.dev/reference/methods/conversations.replies>
    IsNotice,
}

#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: ChannelId,
    pub(crate) name: String,
    pub(crate) created: u64,
    pub(crate) is_private: bool,
    pub(crate) is_archived: bool,
    pub(crate) members: BTreeSet<UserId>,
    messages: BTreeMap<Ts, Message>,
    /// The latest message's time stamp, even if that message is deleted.
    last_posted: Option<Ts>,
    deleted: BTreeSet<Ts>,
    /// The latest time stamp that anything here was given, in microseconds.
    clock: u64,
    /// How far time stamps are ahead of the machine's clock, in microseconds.
    pub(super) ahead: u64,
}

impl Channel {
    pub(crate) fn open(
        setup: ChannelSetup,
        everyone: BTreeSet<UserId>,
        bot: Option<&UserId>,
    ) -> Self {
        let mut members = setup.members.unwrap_or(everyone);
        members.extend(bot.filter(|_| setup.with_bot).cloned());
        Self {
            id: setup.id,
            name: setup.name,
            created: now_seconds(),
            is_private: setup.is_private,
            is_archived: setup.is_archived,
            members,
            messages: BTreeMap::new(),
            last_posted: None,
            deleted: BTreeSet::new(),
            clock: 0,
            ahead: 0,
        }
    }

    /// The channel's kind as events tell it.
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_private { "group" } else { "channel" }
    }

    /// All messages and replies, oldest first.
    pub(crate) fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.values()
    }

    pub(crate) fn message_count(&self) -> usize {
        self.messages.len()
    }

    pub(crate) fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.get(ts)
    }

    /// The message that a reply may name as its root.
    pub(crate) fn thread_root(&self, ts: &str) -> Result<&Message, ThreadProblem> {
        let message = self.message(ts).ok_or(ThreadProblem::NoSuchMessage)?;
        if message.draft.thread_ts.is_some() {
            return Err(ThreadProblem::IsReply);
        }
        if message.is_line() {
            return Err(ThreadProblem::IsNotice);
        }
        Ok(message)
    }

    /// Whether a message may be posted under a given time stamp: they only ever rise.
    pub(crate) fn takes(&self, ts: &Ts) -> bool {
        ts.micros().is_some() && self.last_posted.as_ref().is_none_or(|last| last < ts)
    }

    /// Posts a message whose thread and time stamp were found to be in order.
    pub(crate) fn append(&mut self, draft: Draft) -> Ts {
        let ts = draft.ts.clone().unwrap_or_else(|| self.stamp());
        self.clock = self.clock.max(ts.micros().unwrap_or(0));
        self.last_posted = Some(ts.clone());
        if let Some(root) = draft.thread_ts.as_ref().and_then(|root| self.messages.get_mut(root)) {
            root.replies.push(ts.clone());
        }
        self.messages.insert(ts.clone(), Message::new(ts.clone(), draft));
        ts
    }

    /// The time stamp of what happens now: no two things in a channel have the same.
    pub(crate) fn stamp(&mut self) -> Ts {
        self.clock = (now_micros() + self.ahead).max(self.clock + 1);
        Ts::from_micros(self.clock)
    }

    pub(crate) fn message_mut(&mut self, ts: &str) -> Option<&mut Message> {
        self.messages.get_mut(ts)
    }

    /// Removes a message that has no replies, also from the thread that it is in.
    pub(crate) fn remove(&mut self, ts: &Ts) -> Option<Message> {
        let message = self.messages.remove(ts)?;
        self.deleted.insert(ts.clone());
        let root = message.draft.thread_ts.as_ref();
        if let Some(root) = root.and_then(|root| self.messages.get_mut(root)) {
            root.replies.retain(|reply| reply != ts);
        }
        Some(message)
    }

    /// Whether there was a message of this time stamp that is deleted.
    pub(crate) fn had(&self, ts: &str) -> bool {
        self.deleted.contains(ts)
    }

    /// The app's message that carries this `client_msg_id`.
    pub(crate) fn by_client_msg_id(&self, id: &str) -> Option<&Message> {
        self.messages.values().find(|message| {
            message.is_by_app() && message.draft.client_msg_id.as_deref() == Some(id)
        })
    }
}

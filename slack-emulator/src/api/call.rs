//! What a method is given: who calls, with which arguments, and the world.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::arguments::Arguments;
use super::error::ApiError;
use crate::core::{Core, State};
use crate::ids::{TeamId, UserId};
use crate::violation::{Breach, ViolationKind};
use crate::world::{App, Caller, Channel, Message, Workspace};

pub(super) struct Call<'a> {
    pub(super) core: &'a Arc<Core>,
    pub(super) state: &'a mut State,
    pub(super) team: TeamId,
    /// Whom the token speaks for.
    pub(super) caller: Caller,
    pub(super) warnings: Vec<&'static str>,
    arguments: &'a Arguments,
    /// The arguments that the method asked for: the others it does not have.
    asked: RefCell<BTreeSet<&'static str>>,
    breaches: RefCell<Vec<Breach>>,
}

/// The name of the argument that most methods have.
const CHANNEL: &str = "channel";

impl<'a> Call<'a> {
    pub(super) fn new(
        core: &'a Arc<Core>,
        state: &'a mut State,
        team: TeamId,
        caller: Caller,
        arguments: &'a Arguments,
    ) -> Self {
        Self {
            core,
            state,
            team,
            caller,
            warnings: Vec::new(),
            arguments,
            asked: RefCell::default(),
            breaches: RefCell::default(),
        }
    }

    pub(super) fn app(&self) -> &App {
        &self.state.world.app
    }

    pub(super) fn workspace(&self) -> &Workspace {
        self.state.world.workspace(&self.team).expect("tokens belong to workspaces that exist")
    }

    /// The user who calls: a person, or the bot's.
    pub(super) fn user(&self) -> &UserId {
        self.workspace().user_of(&self.caller)
    }

    /// The person who calls, if it is not the bot.
    pub(super) fn person(&self) -> Option<&UserId> {
        self.caller.person()
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        self.workspace().scopes_of(&self.caller).iter().any(|granted| granted == scope)
    }

    /// Whether whoever calls is in a channel.
    pub(super) fn is_in(&self, channel: &Channel) -> bool {
        channel.members.contains(self.user())
    }

    pub(super) fn text(&self, name: &'static str) -> Result<Option<&'a str>, ApiError> {
        self.asked.borrow_mut().insert(name);
        self.arguments.text(name)
    }

    pub(super) fn required_text(&self, name: &'static str) -> Result<&'a str, ApiError> {
        self.text(name)?.ok_or_else(|| ApiError::missing(name))
    }

    /// A flag that is false unless set.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool, ApiError> {
        self.asked.borrow_mut().insert(name);
        Ok(self.arguments.flag(name)?.unwrap_or(false))
    }

    pub(super) fn number(&self, name: &'static str) -> Result<Option<i64>, ApiError> {
        self.asked.borrow_mut().insert(name);
        self.arguments.number(name)
    }

    /// A list or an object. `Err` holds what cannot be read.
    pub(super) fn structure(&self, name: &'static str) -> Result<Option<Value>, String> {
        self.asked.borrow_mut().insert(name);
        self.arguments.structure(name)
    }

    /// Takes note of a breach that Slack lets pass.
    pub(super) fn note(&self, kind: ViolationKind, detail: impl Into<String>) {
        self.breaches.borrow_mut().push(Breach::new(kind, detail));
    }

    /// The breaches that were noted and, if the method got as far as to ask for all that it has,
    /// the arguments that it does not have.
    pub(super) fn into_breaches(self, went_well: bool) -> Vec<Breach> {
        let mut breaches = self.breaches.into_inner();
        if went_well {
            let asked = self.asked.into_inner();
            let unknown = self.arguments.names().filter(|name| !asked.contains(name));
            breaches.extend(unknown.map(|name| {
                Breach::new(ViolationKind::UnknownArgument, format!("there is no argument {name}"))
            }));
        }
        breaches
    }

    /// The channel that is named by its id, if whoever calls may know of it.
    pub(super) fn channel(&self) -> Result<&Channel, ApiError> {
        let id = self.required_text(CHANNEL)?;
        self.visible(self.workspace().channels.get(id), id)
    }

    /// The channel of another argument.
    pub(super) fn named_channel(&self, argument: &'static str) -> Result<&Channel, ApiError> {
        let id = self.required_text(argument)?;
        self.visible(self.workspace().channels.get(id), id)
    }

    /// The channel that is named by its id or its name.
    pub(super) fn channel_to_write(&self) -> Result<&Channel, ApiError> {
        let text = self.required_text(CHANNEL)?;
        self.visible(self.workspace().channel_named(text), text)
    }

    /// A private channel does not exist for who is not in it.
    fn visible<'b>(&self, found: Option<&'b Channel>, id: &str) -> Result<&'b Channel, ApiError> {
        match found {
            Some(channel) if channel.is_private && !self.is_in(channel) => {
                Err(ApiError::channel_not_found())
            }
            Some(channel) => Ok(channel),
            None => Err(self.unknown("channel_not_found", id)),
        }
    }

    /// The message of this time stamp in a channel.
    pub(super) fn message<'b>(
        &self,
        channel: &'b Channel,
        ts: &str,
    ) -> Result<&'b Message, ApiError> {
        let found = channel.message(ts);
        match found {
            Some(message)
                if !message.is_tombstone() || self.state.switches.tombstones_are_found =>
            {
                Ok(message)
            }
            // Somebody may delete a message at any time.
            None if !channel.had(ts) => Err(self.unknown("message_not_found", ts)),
            _ => Err(ApiError::plain("message_not_found")),
        }
    }

    /// An error about an id that the workspace does not have.
    pub(super) fn unknown(&self, code: &'static str, id: &str) -> ApiError {
        match self.state.world.foreign_home(&self.team, id) {
            Some(home) => {
                let detail = format!("{id} is of {home}, the token is of {}", self.team);
                ApiError::breach(code, ViolationKind::ForeignId, detail)
            }
            None => ApiError::breach(code, ViolationKind::UnknownId, format!("there is no {id}")),
        }
    }

    /// Asks for the scope that goes with the channel's kind: `channels:…` or `groups:…`.
    pub(super) fn need_scope_for(&self, channel: &Channel, verb: Verb) -> Result<(), ApiError> {
        let needed: &[&str] = match (verb, channel.is_private) {
            (Verb::Read, false) => &["channels:read"],
            (Verb::Read, true) => &["groups:read"],
            (Verb::History, false) => &["channels:history"],
            (Verb::History, true) => &["groups:history"],
            (Verb::Invite, false) if self.person().is_some() => {
                &["channels:write", "channels:write.invites"]
            }
            (Verb::Invite, false) => &["channels:manage", "channels:write.invites"],
            (Verb::Invite, true) => &["groups:write", "groups:write.invites"],
        };
        let granted = needed.iter().any(|scope| self.has_scope(scope));
        granted.then_some(()).ok_or_else(|| ApiError::missing_scope(needed))
    }
}

/// What a scope lets one do, which is the part after its colon.
#[derive(Clone, Copy)]
pub(super) enum Verb {
    Read,
    History,
    Invite,
}

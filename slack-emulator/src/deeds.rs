//! What people do to messages: edit, delete, react.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::changing;
use crate::core::{Core, State};
use crate::events::ReactionChange;
use crate::ids::{ChannelId, TeamId, Ts, UserId};
use crate::reacting::{self, Reacting};
use crate::standing::{Misplaced, standing};
use crate::world::{Author, Message, Workspace, rich_text_blocks};

/// What someone does to a message, which is named by its time stamp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum UserAct {
    /// Says something else instead.
    Edit {
        /// The message.
        ts: Ts,
        /// What is said now, as in [`crate::UserPost`].
        text: String,
    },
    /// Takes it back.
    Delete {
        /// The message.
        ts: Ts,
    },
    /// Reacts to it.
    React {
        /// The message.
        ts: Ts,
        /// The emoji's name, perhaps with a skin tone: `wave::skin-tone-3`.
        emoji: String,
    },
    /// Takes a reaction back.
    Unreact {
        /// The message.
        ts: Ts,
        /// The emoji's name.
        emoji: String,
    },
}

impl UserAct {
    fn ts(&self) -> &Ts {
        match self {
            Self::Edit { ts, .. }
            | Self::Delete { ts }
            | Self::React { ts, .. }
            | Self::Unreact { ts, .. } => ts,
        }
    }
}

/// Why something could not be done to a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Nobody can do anything there, or that person cannot.
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    /// There is no message of this time stamp.
    #[error("there is no message {0}")]
    UnknownMessage(Ts),
    /// The message is another's, or a line of Slack's own.
    #[error("{1} is not for {0} to change")]
    NotTheirs(UserId, Ts),
    /// The text is empty.
    #[error("there is nothing to say")]
    NoText,
    /// The workspace has no such emoji.
    #[error("there is no emoji {0}")]
    UnknownEmoji(String),
    /// The user has reacted with this emoji before.
    #[error("{0} has reacted with {1} already")]
    AlreadyReacted(UserId, String),
    /// The user has not reacted with this emoji.
    #[error("{0} has not reacted with {1}")]
    NoReaction(UserId, String),
}

/// Does it, and returns when that was.
pub(crate) fn act(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel_id: &ChannelId,
    user: &UserId,
    act: UserAct,
) -> Result<Ts, ActError> {
    let (workspace, channel) = standing(&state.world, team, channel_id, user)?;
    let ts = act.ts().clone();
    let unknown = || ActError::UnknownMessage(ts.clone());
    let message = channel.message(&ts).filter(|message| !message.is_tombstone());
    may(workspace, message.ok_or_else(unknown)?, user, &act)?;
    let done = match act {
        UserAct::Edit { text, .. } => {
            let editor = user.to_string();
            let seconds = state.switches.edited_in_whole_seconds;
            changing::change(core, state, team, channel_id, &ts, |message, at| {
                // What was said with `/me` has no blocks.
                let blocks = message.draft.blocks.take();
                message.draft.blocks = blocks.map(|_| rich_text_blocks(&text));
                message.draft.text = text;
                message.edited = Some(changing::edited(editor, at, seconds));
            })
        }
        UserAct::Delete { .. } => changing::delete(core, state, team, channel_id, &ts),
        UserAct::React { emoji, .. } => {
            let reacting = Reacting { team, channel: channel_id, ts: &ts, user, emoji: &emoji };
            return reacting::react(core, state, ReactionChange::Added, &reacting)
                .ok_or_else(|| ActError::AlreadyReacted(user.clone(), emoji.clone()));
        }
        UserAct::Unreact { emoji, .. } => {
            let reacting = Reacting { team, channel: channel_id, ts: &ts, user, emoji: &emoji };
            return reacting::react(core, state, ReactionChange::Removed, &reacting)
                .ok_or_else(|| ActError::NoReaction(user.clone(), emoji.clone()));
        }
    };
    done.ok_or_else(unknown)
}

/// Whether the user may do it. Those who manage a workspace may delete what others said.
fn may(
    workspace: &Workspace,
    message: &Message,
    user: &UserId,
    act: &UserAct,
) -> Result<(), ActError> {
    let is_own = matches!(&message.draft.author, Author::User(author) if author == user);
    let is_admin = workspace.users.get(user).is_some_and(|user| user.is_admin);
    match act {
        UserAct::Edit { .. } if !is_own || message.is_line() => {
            Err(ActError::NotTheirs(user.clone(), message.ts.clone()))
        }
        UserAct::Edit { text, .. } if text.trim().is_empty() => Err(ActError::NoText),
        UserAct::Delete { .. } if !is_own && !is_admin => {
            Err(ActError::NotTheirs(user.clone(), message.ts.clone()))
        }
        UserAct::React { emoji, .. } if !workspace.has_emoji(emoji) => {
            Err(ActError::UnknownEmoji(emoji.clone()))
        }
        _ => Ok(()),
    }
}

//! What people of a workspace say, as opposed to what the app posts.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::{Core, State};
use crate::ids::{ChannelId, TeamId, Ts, UserId};
use crate::posting;
use crate::standing::{Misplaced, standing};
use crate::world::{Author, Channel, Draft, Kind, ThreadProblem, rich_text_blocks};

/// What someone says. Text is as Slack's clients send it: `&`, `<` and `>` escaped, mentions as
/// `<@U…>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserPost {
    /// Who says it.
    pub user: UserId,
    /// What is said.
    pub text: String,
    /// The root of the thread that it is said in.
    #[serde(default)]
    pub thread_ts: Option<Ts>,
    /// Whether a reply is shown in the channel too.
    #[serde(default)]
    pub broadcast: bool,
    /// Whether it is said with `/me`.
    #[serde(default)]
    pub me: bool,
    /// The time stamp to say it under; without one, the present.
    #[serde(default)]
    pub ts: Option<Ts>,
    /// The id that the client gives it; without one, a random one.
    #[serde(default)]
    pub client_msg_id: Option<String>,
    /// The blocks that the client makes of it; without them, `rich_text` of the text.
    #[serde(default)]
    pub blocks: Option<Value>,
    /// What the client attaches, such as a picture from a picker.
    #[serde(default)]
    pub attachments: Vec<Value>,
}

impl UserPost {
    /// Something said in the channel.
    pub fn new(user: &str, text: &str) -> Self {
        Self {
            user: user.into(),
            text: text.to_owned(),
            thread_ts: None,
            broadcast: false,
            me: false,
            ts: None,
            client_msg_id: None,
            blocks: None,
            attachments: Vec::new(),
        }
    }

    /// Says it in the thread with this root.
    #[must_use]
    pub fn in_thread(mut self, root: &str) -> Self {
        self.thread_ts = Some(root.into());
        self
    }

    /// Shows the reply in the channel too.
    #[must_use]
    pub fn broadcast(mut self) -> Self {
        self.broadcast = true;
        self
    }

    /// Says it with `/me`: what the speaker does.
    #[must_use]
    pub fn me(mut self) -> Self {
        self.me = true;
        self
    }

    /// Says it under this time stamp, such as `1700000000.000100`: two channels may have messages
    /// of the same one.
    #[must_use]
    pub fn at(mut self, ts: &str) -> Self {
        self.ts = Some(ts.into());
        self
    }

    /// Says it with these blocks, such as lists, which are not made of the text here.
    #[must_use]
    pub fn with_blocks(mut self, blocks: Value) -> Self {
        self.blocks = Some(blocks);
        self
    }

    /// Attaches this to it.
    #[must_use]
    pub fn attach(mut self, attachment: Value) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// Gives it this id, as when one gesture of a client arrives twice.
    #[must_use]
    pub fn client_msg_id(mut self, id: &str) -> Self {
        self.client_msg_id = Some(id.to_owned());
        self
    }
}

/// Why something could not be said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SayError {
    /// Nobody can say anything there, or that person cannot.
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    /// The text is empty.
    #[error("there is nothing to say")]
    NoText,
    /// There is no message of this time stamp to reply to.
    #[error("there is no message {0} to reply to")]
    UnknownThread(Ts),
    /// The message is itself a reply, or a line of Slack's own.
    #[error("{0} cannot be replied to")]
    NoThread(Ts),
    /// The time stamp is malformed, or not later than those before it.
    #[error("{0} cannot be the next time stamp")]
    WrongTs(Ts),
}

/// Says something.
pub(crate) fn say(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel_id: &ChannelId,
    post: UserPost,
) -> Result<Ts, SayError> {
    let (_, channel) = standing(&state.world, team, channel_id, &post.user)?;
    check(channel, &post)?;
    let blocks = blocks(&post);
    let client_msg_id = post.client_msg_id.unwrap_or_else(|| state.chance.client_msg_id());
    let draft = Draft {
        kind: if post.me { Kind::Me } else { Kind::Plain },
        blocks,
        attachments: post.attachments,
        broadcast: post.broadcast && post.thread_ts.is_some(),
        thread_ts: post.thread_ts,
        client_msg_id: Some(client_msg_id).filter(|_| !post.me),
        ts: post.ts,
        ..Draft::new(Author::User(post.user), post.text)
    };
    let posted = posting::post(core, state, team, channel_id, draft);
    posted.ok_or_else(|| Misplaced::UnknownChannel(channel_id.clone()).into())
}

/// What was said with `/me` has no blocks, nor has a text of nothing.
fn blocks(post: &UserPost) -> Option<Value> {
    let made = || (!post.text.trim().is_empty()).then(|| rich_text_blocks(&post.text));
    if post.me { None } else { post.blocks.clone().or_else(made) }
}

fn check(channel: &Channel, post: &UserPost) -> Result<(), SayError> {
    if post.text.trim().is_empty() && post.blocks.is_none() && post.attachments.is_empty() {
        return Err(SayError::NoText);
    }
    if let Some(root) = &post.thread_ts {
        channel.thread_root(root).map_err(|problem| match problem {
            ThreadProblem::NoSuchMessage => SayError::UnknownThread(root.clone()),
            ThreadProblem::IsReply | ThreadProblem::IsNotice => SayError::NoThread(root.clone()),
        })?;
    }
    match &post.ts {
        Some(ts) if !channel.takes(ts) => Err(SayError::WrongTs(ts.clone())),
        _ => Ok(()),
    }
}

//! What other apps of a workspace say: Block Kit, and the attachments that came before it.

use std::sync::Arc;

use serde_json::Value;

use crate::changing;
use crate::core::{Core, State};
use crate::ids::{ChannelId, TeamId, Ts};
use crate::posting;
use crate::previews::NoMessage;
use crate::standing::{Misplaced, place};
use crate::world::{Author, Draft};

/// A message of another app that is installed in the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPost {
    /// What that app is called. Its ids follow from it.
    pub app: String,
    /// The text; where there are blocks, it is their fallback.
    pub text: String,
    /// The blocks.
    pub blocks: Option<Value>,
    /// The attachments. <https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments>
    pub attachments: Vec<Value>,
    /// The root of the thread that it is said in.
    pub thread_ts: Option<Ts>,
}

impl AppPost {
    /// A text.
    pub fn new(app: &str, text: &str) -> Self {
        let (app, text) = (app.to_owned(), text.to_owned());
        Self { app, text, blocks: None, attachments: Vec::new(), thread_ts: None }
    }

    /// With these blocks.
    #[must_use]
    pub fn with_blocks(mut self, blocks: Value) -> Self {
        self.blocks = Some(blocks);
        self
    }

    /// With this attachment.
    #[must_use]
    pub fn attach(mut self, attachment: Value) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// In the thread with this root.
    #[must_use]
    pub fn in_thread(mut self, root: &str) -> Self {
        self.thread_ts = Some(root.into());
        self
    }

    fn draft(self) -> Draft {
        Draft {
            blocks: self.blocks,
            attachments: self.attachments,
            thread_ts: self.thread_ts,
            ..Draft::new(Author::OtherApp(self.app), self.text)
        }
    }
}

/// Posts a message of another app.
pub(crate) fn post(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel: &ChannelId,
    post: AppPost,
) -> Result<Ts, Misplaced> {
    place(&state.world, team, channel)?;
    let posted = posting::post(core, state, team, channel, post.draft());
    posted.ok_or_else(|| Misplaced::UnknownChannel(channel.clone()))
}

/// Makes another app's message this one.
pub(crate) fn update(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel: &ChannelId,
    ts: &Ts,
    post: AppPost,
) -> Result<Ts, NoMessage> {
    place(&state.world, team, channel)?;
    let seconds = state.switches.edited_in_whole_seconds;
    let editor = crate::shape::other_app_ids(&post.app).0.to_string();
    let changed = changing::change(core, state, team, channel, ts, |message, at| {
        let mut draft = post.draft();
        message.attachments = std::mem::take(&mut draft.attachments);
        draft.thread_ts = message.draft.thread_ts.take();
        message.draft = draft;
        message.edited = Some(changing::edited(editor, at, seconds));
    });
    changed.ok_or_else(|| NoMessage::Unknown(ts.clone()))
}

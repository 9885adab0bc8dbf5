//! A message as the people of its workspace see it.

use serde::Serialize;
use serde_json::{Value, json};

use crate::ids::{BotId, FileId, Ts, UserId};
use crate::shape;
use crate::world::{
    App, Author, Face, File, FileContent, FileMode, Icon, Message, Reaction, User, Workspace,
};

/// A message as the people of its workspace see it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShownMessage {
    /// The message's id in its channel.
    pub ts: Ts,
    /// The thread's root, if this is a reply.
    pub thread_ts: Option<Ts>,
    /// The name that the message is shown under.
    pub author: String,
    /// Where the picture is that it is shown with, if it is not an emoji.
    pub avatar: Option<String>,
    /// The emoji that it is shown with instead of a picture.
    pub icon_emoji: Option<String>,
    /// The user who wrote it; the bot user, if the bot did under its own name.
    pub user: Option<UserId>,
    /// The bot that wrote it, if one did.
    pub bot_id: Option<BotId>,
    /// Whether the app posted it, in its own name or in the user's.
    pub by_app: bool,
    /// What was written.
    pub text: String,
    /// The subtype, such as `bot_message`.
    pub subtype: Option<String>,
    /// Whether a reply is shown in the channel too.
    pub broadcast: bool,
    /// The blocks, as they were sent.
    pub blocks: Option<Value>,
    /// The metadata: `event_type` and `event_payload`.
    pub metadata: Option<Value>,
    /// The id that the sender gave the message.
    pub client_msg_id: Option<String>,
    /// When it was last edited, if it was.
    pub edited: Option<Ts>,
    /// The reactions to it, the first one first.
    pub reactions: Vec<ShownReaction>,
    /// What is attached to it: previews of links.
    pub attachments: Vec<Value>,
    /// The files that are shared with it.
    pub files: Vec<ShownFile>,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownFile {
    /// Its id.
    pub id: FileId,
    /// What it is called.
    pub name: String,
    /// How much of it there is.
    pub mode: FileMode,
    /// In bytes.
    pub size: u64,
    /// The SHA-256 of what is in it; not told of what takes long to make.
    pub digest: Option<String>,
}

/// An emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownReaction {
    /// The emoji's name, with a skin tone if one was chosen: `wave::skin-tone-3`.
    pub name: String,
    /// Who reacted with it, in that order.
    pub users: Vec<UserId>,
}

impl ShownMessage {
    pub(crate) fn of(app: &App, workspace: &Workspace, message: &Message) -> Self {
        let draft = &message.draft;
        let bot = &workspace.installation;
        let picture = |user: &UserId| {
            workspace.users.get(user).map(|user| shape::avatar(app, workspace, user))
        };
        let name = |user: &UserId| workspace.users.get(user).map(User::shown_name);
        let (user, bot_id, face) = match &draft.author {
            Author::User(user) => (Some(user.clone()), None, None),
            Author::Bot(None) => (Some(bot.bot_user.clone()), Some(bot.bot_id.clone()), None),
            Author::Bot(Some(face)) => (None, Some(bot.bot_id.clone()), Some(face)),
            Author::OtherApp(name) => (None, Some(shape::other_app_ids(name).0), None),
        };
        let other_app = match &draft.author {
            Author::OtherApp(name) => Some(name.as_str()),
            Author::User(_) | Author::Bot(_) => None,
        };
        let own = user.as_ref().unwrap_or(&bot.bot_user);
        let chosen_name = face.and_then(|face| face.username.as_deref()).or(other_app);
        let author = chosen_name.or_else(|| name(own)).unwrap_or_default().to_owned();
        let (avatar, icon_emoji) = match face.and_then(|Face { icon, .. }| icon.as_ref()) {
            Some(Icon::Url(url)) => (Some(url.clone()), None),
            Some(Icon::Emoji(emoji)) => (None, Some(emoji.clone())),
            None if other_app.is_some() => (None, None),
            None => (picture(own), None),
        };
        Self {
            ts: message.ts.clone(),
            thread_ts: draft.thread_ts.clone(),
            author,
            avatar,
            icon_emoji,
            user,
            bot_id,
            by_app: message.is_by_app(),
            text: draft.text.clone(),
            subtype: message.subtype().map(str::to_owned),
            broadcast: draft.broadcast,
            blocks: draft.blocks.clone(),
            metadata: draft.metadata.as_ref().map(|metadata| json!(metadata)),
            client_msg_id: draft.client_msg_id.clone(),
            edited: message.edited.as_ref().map(|edited| edited.ts.clone()),
            reactions: message.reactions.iter().map(ShownReaction::of).collect(),
            attachments: message.attachments.clone(),
            files: draft
                .files
                .iter()
                .filter_map(|id| workspace.files.get(id).map(ShownFile::of))
                .collect(),
        }
    }
}

impl ShownFile {
    fn of(file: &File) -> Self {
        let digest = match file.content {
            FileContent::Made(_) => None,
            FileContent::Bytes(_) | FileContent::Digest(..) => Some(file.content.digest()),
        };
        let (id, name, mode) = (file.id.clone(), file.name.clone(), file.mode);
        Self { id, name, mode, size: file.content.size(), digest }
    }
}

impl ShownReaction {
    fn of(reaction: &Reaction) -> Self {
        Self { name: reaction.name.clone(), users: reaction.users.clone() }
    }
}

//! The message object, as events, histories and answers share it.
//! <https://docs.slack.dev/reference/events/message/>

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::object;
use crate::ids::BotId;
use crate::world::{
    App, Author, Channel, Face, Icon, Kind, Message, Origin, Reaction, Reactions, SLACKBOT,
    Workspace,
};

/// Who reads a message, which decides how much of its metadata is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Metadata whole: events, answers, and histories asked for with `include_all_metadata`.
    Full,
    /// Metadata's `event_type` alone.
    Brief,
    /// No metadata.
    Bare,
}

/// The message without what only histories add.
pub(crate) fn message(
    app: &App,
    workspace: &Workspace,
    channel: &Channel,
    message: &Message,
    reading: Reading,
) -> Map<String, Value> {
    let draft = &message.draft;
    let mut shape = object(json!({ "type": "message", "ts": message.ts, "text": draft.text }));
    if let Some(subtype) = message.subtype() {
        shape.insert("subtype".to_owned(), json!(subtype));
    }
    shape.extend(author(app, workspace, message));
    if let Kind::Line { more, .. } = &draft.kind {
        shape.extend(more.clone());
    }
    shape.extend(later(message));
    if !draft.files.is_empty() {
        let files = draft.files.iter().filter_map(|id| workspace.files.get(id));
        let files = files.map(|file| super::file::in_message(app, workspace, file)).collect();
        shape.insert("files".to_owned(), files);
        shape.insert("upload".to_owned(), json!(false));
    }
    if let Some(blocks) = &draft.blocks {
        shape.insert("blocks".to_owned(), blocks.clone());
    }
    let metadata = draft.metadata.as_ref().and_then(|metadata| match reading {
        Reading::Full => Some(json!(metadata)),
        Reading::Brief => Some(json!({ "event_type": metadata.event_type })),
        Reading::Bare => None,
    });
    shape.extend(metadata.map(|metadata| ("metadata".to_owned(), metadata)));
    if let Some(thread_ts) = &draft.thread_ts {
        shape.insert("thread_ts".to_owned(), json!(thread_ts));
        if let Some(root) = channel.message(thread_ts) {
            if let Some(user) = user_id(workspace, root) {
                shape.insert("parent_user_id".to_owned(), json!(user));
            }
            if draft.broadcast {
                let root = message_in_history(app, workspace, channel, root, reading);
                shape.insert("root".to_owned(), Value::Object(root));
            }
        }
    }
    shape
}

/// What came to a message after it was posted.
fn later(message: &Message) -> Map<String, Value> {
    let mut shape = Map::new();
    if let Some(edited) = &message.edited {
        shape.insert("edited".to_owned(), json!(edited));
    }
    if !message.attachments.is_empty() {
        shape.insert("attachments".to_owned(), json!(message.attachments));
    }
    if !message.reactions.is_empty() {
        shape.insert("reactions".to_owned(), reactions(&message.reactions));
    }
    shape
}

/// <https://docs.slack.dev/reference/methods/reactions.get>
fn reactions(reactions: &Reactions) -> Value {
    let one = |reaction: &Reaction| json!({ "name": reaction.name, "users": reaction.users, "count": reaction.users.len() });
    reactions.iter().map(one).collect()
}

/// Leaves that many users of each reaction, whom Slack does not promise to name in full: only the
/// count is always right. <https://docs.slack.dev/reference/methods/reactions.get>
pub(crate) fn shorten_reactions(message: &mut Map<String, Value>, most: usize) {
    let reactions = message.get_mut("reactions").and_then(Value::as_array_mut);
    for reaction in reactions.into_iter().flatten() {
        if let Some(users) = reaction["users"].as_array_mut() {
            users.truncate(most);
        }
    }
}

/// The message as `conversations.history` and `conversations.replies` show it: the root of a
/// thread tells of its replies.
pub(crate) fn message_in_history(
    app: &App,
    workspace: &Workspace,
    channel: &Channel,
    shown: &Message,
    reading: Reading,
) -> Map<String, Value> {
    let mut shape = message(app, workspace, channel, shown, reading);
    if let Some(latest) = shown.replies.last() {
        let repliers: BTreeSet<&str> = shown
            .replies
            .iter()
            .filter_map(|reply| channel.message(reply))
            .filter_map(|reply| user_id(workspace, reply))
            .collect();
        shape.extend(object(json!({
            "thread_ts": shown.ts,
            "reply_count": shown.replies.len(),
            "reply_users_count": repliers.len(),
            "reply_users": repliers,
            "latest_reply": latest,
            "is_locked": false,
            "subscribed": false,
        })));
    }
    if shown.is_tombstone() {
        shape.extend(object(json!({ "hidden": true, "parent_user_id": SLACKBOT })));
    }
    shape
}

/// The user behind a message: for the app's own, its bot user. Other apps have none here.
fn user_id<'a>(workspace: &'a Workspace, message: &'a Message) -> Option<&'a str> {
    match &message.draft.author {
        Author::User(user) => Some(user),
        Author::Bot(_) => Some(&workspace.installation.bot_user),
        Author::OtherApp(_) => None,
    }
}

fn author(app: &App, workspace: &Workspace, message: &Message) -> Map<String, Value> {
    let installation = &workspace.installation;
    match &message.draft.author {
        Author::User(user) if message.is_line() || message.is_tombstone() => {
            object(json!({ "user": user }))
        }
        Author::User(user) => {
            let mut shape = object(json!({ "user": user, "team": workspace.id }));
            if message.draft.origin == (Origin::App { is_named: true }) {
                shape.extend(through(app, workspace));
            } else if let Some(id) = &message.draft.client_msg_id {
                shape.insert("client_msg_id".to_owned(), json!(id));
            }
            shape
        }
        // Slack's own line about the bot.
        Author::Bot(None) if message.is_line() => object(json!({ "user": installation.bot_user })),
        Author::Bot(None) => {
            let mut shape = object(json!({ "user": installation.bot_user, "team": workspace.id }));
            shape.extend(through(app, workspace));
            shape
        }
        Author::Bot(Some(face)) => {
            let mut shape = object(json!({ "bot_id": installation.bot_id, "app_id": app.id }));
            shape.extend(chosen_face(app, face));
            shape
        }
        Author::OtherApp(name) => {
            let (bot, app) = other_app_ids(name);
            object(json!({ "bot_id": bot, "app_id": app, "username": name }))
        }
    }
}

/// The app that a message came through.
fn through(app: &App, workspace: &Workspace) -> Map<String, Value> {
    object(json!({
        "bot_id": workspace.installation.bot_id,
        "app_id": app.id,
        "bot_profile": bot_profile(app, workspace),
    }))
}

/// The ids of another app's bot and of that app, which follow from its name.
pub(crate) fn other_app_ids(name: &str) -> (BotId, String) {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_uppercase();
    (BotId::from(format!("B0{letters}")), format!("A0{letters}"))
}

fn chosen_face(app: &App, face: &Face) -> Map<String, Value> {
    let username = face.username.as_ref().unwrap_or(&app.name);
    let mut shape = object(json!({ "username": username }));
    let icons = face.icon.as_ref().map(|icon| match icon {
        Icon::Emoji(name) => json!({ "emoji": name }),
        Icon::Url(url) => json!({ "image_36": url, "image_48": url, "image_72": url }),
    });
    if let Some(icons) = icons {
        shape.insert("icons".to_owned(), icons);
    }
    shape
}

fn bot_profile(app: &App, workspace: &Workspace) -> Value {
    let installation = &workspace.installation;
    let icon =
        format!("{}/_emulator/avatar/{}/{}.svg", app.base_url, workspace.id, installation.bot_user);
    json!({
        "id": installation.bot_id,
        "app_id": app.id,
        "user_id": installation.bot_user,
        "name": app.name,
        "icons": { "image_36": icon, "image_48": icon, "image_72": icon },
        "deleted": false,
        "updated": workspace.created,
        "team_id": workspace.id,
    })
}

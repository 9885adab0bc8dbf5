//! The events that tell of reactions.
//! <https://docs.slack.dev/reference/events/reaction_added>
//! <https://docs.slack.dev/reference/events/reaction_removed>

use serde_json::{Map, Value, json};

use crate::ids::{ChannelId, Ts, UserId};
use crate::shape::object;
use crate::world::{Author, Message, Workspace};

/// What became of a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReactionChange {
    Added,
    Removed,
}

/// Someone reacted to a message, or took it back.
pub(crate) fn reaction_event(
    change: ReactionChange,
    workspace: &Workspace,
    channel: &ChannelId,
    message: &Message,
    user: &UserId,
    emoji: &str,
    at: &Ts,
) -> Map<String, Value> {
    let name = match change {
        ReactionChange::Added => "reaction_added",
        ReactionChange::Removed => "reaction_removed",
    };
    let mut event = object(json!({
        "type": name,
        "user": user,
        "reaction": emoji,
        "item": { "type": "message", "channel": channel, "ts": message.ts },
        "event_ts": at,
    }));
    // "Some messages aren't authored by users": those have no author to name.
    let item_user = match &message.draft.author {
        Author::User(user) => Some(user),
        Author::Bot(None) => Some(&workspace.installation.bot_user),
        Author::Bot(Some(_)) | Author::OtherApp(_) => None,
    };
    if let Some(item_user) = item_user {
        event.insert("item_user".to_owned(), json!(item_user));
    }
    event
}

//! What a message event asks for.

use shared::ids::{ChannelId, CopyId, SlackTs, UserId};
use shared::slack::events::{Icons, MessageEvent, ReactionEvent};
use shared::tables::posts::{Author, Body};

use super::content::Content;
use super::{ignored, mark};

/// As much as a database keeps of an emoji's name; Slack's are shorter.
const EMOJI_MAX_CHARS: usize = 128;

/// What is to be done about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SyncAction {
    /// Something was said.
    Create(Create),
    /// What was said is changed, or gone.
    Change(Change),
    /// Somebody reacted, or takes it back.
    React(Reaction),
    /// Nothing, for this reason.
    Ignore(&'static str),
}

/// A message that was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Create {
    pub(crate) channel: ChannelId,
    pub(crate) ts: SlackTs,
    /// The first message of its thread, for a reply.
    pub(crate) root_ts: Option<SlackTs>,
    pub(crate) author: Author,
    /// Another app says it.
    pub(crate) is_of_app: bool,
    /// The copy that it says it is.
    pub(crate) names_copy: Option<CopyId>,
    pub(crate) body: Body,
}

/// A change of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) channel: ChannelId,
    pub(crate) ts: SlackTs,
    pub(crate) to: Changed,
}

/// A reaction of somebody to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reaction {
    pub(crate) channel: ChannelId,
    pub(crate) ts: SlackTs,
    pub(crate) user: UserId,
    /// Its name, with the skin tone.
    pub(crate) emoji: String,
    /// Whether it is there now.
    pub(crate) is_present: bool,
    /// Since when (microseconds since 1970).
    pub(crate) version: i64,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It says this, since then (microseconds since 1970).
    Edited { body: Body, version: i64 },
    /// It is gone.
    Deleted,
}

impl From<MessageEvent> for SyncAction {
    fn from(event: MessageEvent) -> Self {
        match event.subtype.as_deref() {
            None
            | Some(
                "bot_message" | "me_message" | "file_share" | "thread_broadcast"
                | "reply_broadcast",
            ) => created(event),
            Some("message_changed") => changed(event),
            Some("message_deleted") => deleted(event),
            Some(other) => Self::Ignore(ignored::reason(other)),
        }
    }
}

impl SyncAction {
    /// What a reaction asks for.
    pub(crate) fn of_reaction(event: ReactionEvent, is_present: bool) -> Self {
        let ReactionEvent { user, reaction, item, event_ts } = event;
        let (Some(channel), Some(ts)) = (item.channel, item.ts) else {
            return Self::Ignore("the reaction is to no message");
        };
        if reaction.chars().count() > EMOJI_MAX_CHARS {
            return Self::Ignore("no emoji has such a name");
        }
        let version = event_ts.micros();
        Self::React(Reaction { channel, ts, user, emoji: reaction, is_present, version })
    }
}

fn created(event: MessageEvent) -> SyncAction {
    let root_ts = event.root_ts().cloned();
    let is_of_app = event.bot_id.is_some();
    let names_copy = mark::named_by(&event.metadata);
    let content = Content {
        subtype: event.subtype.as_deref(),
        text: event.text.as_deref(),
        blocks: &event.blocks,
        attachments: &event.attachments,
        is_of_app,
        files: event.files,
    };
    let mut body = match content.into_body() {
        Some(body) => body,
        None if is_of_app => Body::unseen(),
        None => return SyncAction::Ignore("the message shows nothing"),
    };
    let author = match (event.user, event.bot_id) {
        (Some(user), _) => Author::Person { user },
        (None, bot @ Some(_)) => {
            let (name, icons) =
                event.bot_profile.map(|profile| (profile.name, profile.icons)).unwrap_or_default();
            let avatar_url = event.icons.and_then(Icons::largest);
            Author::Bot {
                bot,
                name: event.username.or(name),
                avatar_url: avatar_url.or_else(|| icons.and_then(Icons::largest)),
            }
        }
        (None, None) => return SyncAction::Ignore("the message has no author"),
    };
    body.is_broadcast &= root_ts.is_some();
    let (channel, ts) = (event.channel, event.ts);
    SyncAction::Create(Create { channel, ts, root_ts, author, is_of_app, names_copy, body })
}

fn changed(event: MessageEvent) -> SyncAction {
    let Some(message) = event.message else {
        return SyncAction::Ignore("the change does not say of what");
    };
    // What a deleted message with replies becomes.
    if message.subtype.as_deref() == Some("tombstone") {
        let (channel, ts) = (event.channel, message.ts);
        return SyncAction::Change(Change { channel, ts, to: Changed::Deleted });
    }
    let content = Content {
        subtype: message.subtype.as_deref(),
        text: message.text.as_deref(),
        blocks: &message.blocks,
        attachments: &message.attachments,
        is_of_app: message.bot_id.is_some(),
        files: message.files,
    };
    let Some(body) = content.into_body() else {
        return SyncAction::Ignore("the changed message shows nothing");
    };
    let version = event.event_ts.unwrap_or(event.ts).micros();
    let to = Changed::Edited { body, version };
    SyncAction::Change(Change { channel: event.channel, ts: message.ts, to })
}

fn deleted(event: MessageEvent) -> SyncAction {
    match event.deleted_ts {
        Some(ts) => SyncAction::Change(Change { channel: event.channel, ts, to: Changed::Deleted }),
        None => SyncAction::Ignore("the deletion does not say of what"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn action(changes: &Value) -> SyncAction {
        let mut event = json!({"channel": "C1", "ts": "1.000002", "user": "U1", "text": "hello"});
        for (key, value) in changes.as_object().expect("an object") {
            event[key] = value.clone();
        }
        serde_json::from_value::<MessageEvent>(event).expect("an event").into()
    }

    #[test]
    fn what_people_say_is_a_create_and_a_root_that_names_itself_is_no_reply() {
        let SyncAction::Create(create) = action(&json!({"thread_ts": "1.000002"})) else {
            panic!("a create")
        };
        assert_eq!((create.body.text.as_str(), create.root_ts), ("hello", None));
        let SyncAction::Create(reply) = action(&json!({"thread_ts": "1.000001"})) else {
            panic!("a create")
        };
        assert_eq!(reply.root_ts.expect("a reply").as_str(), "1.000001");
    }

    #[test]
    fn apps_say_who_they_are_in_either_of_two_ways() {
        let bot = |changes: &Value| {
            let mut event = json!({"user": null, "bot_id": "B1", "subtype": "bot_message"});
            for (key, value) in changes.as_object().expect("an object") {
                event[key] = value.clone();
            }
            match action(&event) {
                SyncAction::Create(Create {
                    author: Author::Bot { name, avatar_url, .. }, ..
                }) => (name, avatar_url),
                other => panic!("{other:?}"),
            }
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(bot(&json!({})), (None, None));
        let profile = json!({"name": "Poll", "icons": {"image_36": "a", "image_72": "b"}});
        assert_eq!(bot(&json!({"bot_profile": profile})), (some("Poll"), some("b")));
        let icons = json!({"image_48": "c"});
        let named = json!({"bot_profile": profile, "username": "Quiz", "icons": icons});
        assert_eq!(bot(&named), (some("Quiz"), some("c")));
    }

    #[test]
    fn what_is_said_of_oneself_and_to_the_channel_as_well_is_shown_so() {
        let SyncAction::Create(me) = action(&json!({"subtype": "me_message"})) else {
            panic!("a create")
        };
        assert_eq!(me.body.text, "_hello_");
        for subtype in ["thread_broadcast", "reply_broadcast"] {
            let event = json!({"subtype": subtype, "thread_ts": "1.000001"});
            let SyncAction::Create(reply) = action(&event) else { panic!("a create") };
            assert!(reply.body.is_broadcast && reply.root_ts.is_some());
        }
    }

    #[test]
    fn changes_name_their_message_and_their_time() {
        let message = json!({"ts": "1.000001", "text": "better", "user": "U1"});
        let edit = json!({"subtype": "message_changed", "ts": "1.000003", "event_ts": "1.000004", "message": message});
        let SyncAction::Change(change) = action(&edit) else { panic!("a change") };
        assert_eq!(change.ts.as_str(), "1.000001");
        let body = Body::said("better");
        assert_eq!(change.to, Changed::Edited { body, version: 1_000_004 });

        for gone in [
            json!({"subtype": "message_deleted", "deleted_ts": "1.000001"}),
            json!({"subtype": "message_changed", "message": {"ts": "1.000001", "subtype": "tombstone", "text": "This message was deleted."}}),
        ] {
            let SyncAction::Change(change) = action(&gone) else { panic!("a change") };
            assert_eq!((change.ts.as_str(), change.to), ("1.000001", Changed::Deleted));
        }
    }

    #[test]
    fn the_rest_is_ignored_with_a_reason() {
        for changes in [
            json!({"subtype": "channel_join"}),
            json!({"subtype": "message_changed"}),
            json!({"subtype": "message_changed", "message": {"ts": "1.000001", "text": ""}}),
            json!({"subtype": "message_deleted"}),
            json!({"text": " "}),
            json!({"text": null}),
            json!({"user": null}),
        ] {
            assert!(matches!(action(&changes), SyncAction::Ignore(_)), "{changes}");
        }
    }
}

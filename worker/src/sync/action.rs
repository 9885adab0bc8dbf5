//! What a message event asks for.

use shared::ids::{ChannelId, SlackTs};
use shared::slack::events::MessageEvent;
use shared::tables::posts::{Author, Body};

/// What is to be done about an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SyncAction {
    /// Something was said.
    Create(Create),
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
    pub(crate) body: Body,
}

impl From<MessageEvent> for SyncAction {
    fn from(event: MessageEvent) -> Self {
        if event.subtype.is_some() {
            return Self::Ignore("messages with a subtype are not synced yet");
        }
        let root_ts = event.root_ts().cloned();
        let text = event.text.unwrap_or_default();
        if text.trim().is_empty() {
            return Self::Ignore("the message has no text");
        }
        let author = match (event.user, event.bot_id) {
            (Some(user), _) => Author::Person { user },
            (None, bot @ Some(_)) => Author::Bot { bot, name: None, avatar_url: None },
            (None, None) => return Self::Ignore("the message has no author"),
        };
        Self::Create(Create {
            channel: event.channel,
            ts: event.ts,
            root_ts,
            author,
            body: Body { text },
        })
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
    fn the_rest_is_ignored_with_a_reason() {
        for changes in [
            json!({"subtype": "channel_join"}),
            json!({"text": " "}),
            json!({"text": null}),
            json!({"user": null}),
        ] {
            assert!(matches!(action(&changes), SyncAction::Ignore(_)), "{changes}");
        }
    }
}

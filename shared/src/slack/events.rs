//! What Slack's Events API sends (docs.slack.dev/apis/events-api). Unknown fields are tolerated: Slack adds some.

use serde::Deserialize;

use crate::ids::{AppId, BotId, ChannelId, EventId, SlackTs, TeamId, UserId};

/// The envelope of an event, with the event itself.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Envelope<E> {
    pub team_id: TeamId,
    pub api_app_id: AppId,
    pub event_id: EventId,
    pub event: E,
}

/// An event of type `message` (docs.slack.dev/reference/events/message).
#[derive(Clone, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct MessageEvent {
    pub channel: ChannelId,
    pub ts: SlackTs,
    #[serde(default)]
    pub subtype: Option<String>,
    #[serde(default)]
    pub user: Option<UserId>,
    #[serde(default)]
    pub bot_id: Option<BotId>,
    #[serde(default)]
    pub app_id: Option<AppId>,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub thread_ts: Option<SlackTs>,
}

impl std::fmt::Debug for MessageEvent {
    /// Message text never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MessageEvent({} {} {:?})", self.channel, self.ts, self.subtype)
    }
}

impl MessageEvent {
    /// The first message of its thread, for a reply. A root names itself.
    pub fn root_ts(&self) -> Option<&SlackTs> {
        self.thread_ts.as_ref().filter(|root| **root != self.ts)
    }
}

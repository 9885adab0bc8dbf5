//! What Slack itself does to messages, which comes as a `message_changed` like an edit: previews of
//! links are attached, or nothing changes at all.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::changing;
use crate::core::{Core, State};
use crate::ids::{ChannelId, TeamId, Ts};
use crate::standing::{Misplaced, place};

/// The address that is shown if the message holds none.
const ANY_LINK: &str = "https://example.com/";

/// Why Slack could do nothing to a message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoMessage {
    #[error(transparent)]
    Misplaced(#[from] Misplaced),
    #[error("there is no message {0}")]
    Unknown(Ts),
}

/// Attaches a preview of the message's first link.
/// <https://docs.slack.dev/messaging/unfurling-links-in-messages/>
pub(crate) fn unfurl(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel: &ChannelId,
    ts: &Ts,
) -> Result<Ts, NoMessage> {
    place(&state.world, team, channel)?;
    let changed = changing::change(core, state, team, channel, ts, |message, _| {
        let link = first_link(&message.draft.text).unwrap_or(ANY_LINK);
        let preview = preview(link, message.attachments.len() + 1);
        message.attachments.push(preview);
    });
    changed.ok_or_else(|| NoMessage::Unknown(ts.clone()))
}

/// Sends the message as if it were changed.
pub(crate) fn resend(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel: &ChannelId,
    ts: &Ts,
) -> Result<Ts, NoMessage> {
    place(&state.world, team, channel)?;
    let changed = changing::change(core, state, team, channel, ts, |_, _| {});
    changed.ok_or_else(|| NoMessage::Unknown(ts.clone()))
}

/// The address of `<https://…>` or `<https://…|label>`.
fn first_link(text: &str) -> Option<&str> {
    let inner = text.split('<').skip(1).find(|inner| inner.starts_with("http"))?;
    inner.split(['>', '|']).next()
}

fn preview(link: &str, number: usize) -> Value {
    json!({
        "id": number,
        "from_url": link,
        "original_url": link,
        "title": "A page",
        "title_link": link,
        "text": "What the page is about.",
        "fallback": "A page",
        "service_name": "Example",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_link_is_found() {
        assert_eq!(
            first_link("<@U1> <https://a.example|a> <https://b.example>"),
            Some("https://a.example")
        );
        assert_eq!(first_link("http is no link, nor is <@U1>"), None);
    }
}

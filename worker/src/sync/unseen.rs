//! Messages of apps of which Slack's event shows nothing: what they show is read from the channel.

use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::conversations::Read;
use shared::tables::copies::Delivery;
use shared::tables::posts::Body;

use super::content::Content;
use super::refusal;
use crate::{Failure, JobContext};

/// What the message shows in its own workspace; `None`: nothing that can be copied, or it is gone.
pub(crate) async fn read(
    cx: &JobContext<'_>,
    delivery: &Delivery,
) -> Result<Option<Body>, Failure> {
    let Some(token) = cx.token(&delivery.source_workspace_id).await? else {
        return Err(Failure::dead("the workspace that it was said in is not installed"));
    };
    let (team, channel) = (&delivery.source_team_id, &delivery.source_channel_id);
    let message = Read { channel, ts: &delivery.source_ts, limit: 1 };
    let page = match cx.call(team, &token, &message).await {
        Ok(page) => page,
        Err(error) => match error.outcome() {
            Outcome::Transient(_) | Outcome::Ambiguous | Outcome::Unknown => {
                let limited = Scope::method(team, error.method());
                return Err(refusal::failure_of_call(cx, &error, team, limited));
            }
            // What it says nobody can know here: those who manage both workspaces are told.
            _ => return Err(Failure::dead(format!("an app's message cannot be read: {error}"))),
        },
    };
    let message = page.messages.into_iter().find(|message| message.ts == delivery.source_ts);
    Ok(message.and_then(|message| {
        let content = Content {
            subtype: message.subtype.as_deref(),
            text: message.text.as_deref(),
            blocks: &message.blocks,
            attachments: &message.attachments,
            is_of_app: true,
            // Files come with events of their own.
            files: Vec::new(),
        };
        content.into_body()
    }))
}

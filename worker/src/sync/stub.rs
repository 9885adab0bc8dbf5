//! The one line that stands for the first message of a thread where that is not copied: of one from before the sync
//! its author, its first words, and a link; of one that was not for those who read the line, nothing.

use shared::ids::TeamId;
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::conversations::{Message, Replies};
use shared::tables::copies::Delivery;
use shared::tables::posts::{Author, Body};
use shared::tables::sync_channels;

use super::{mrkdwn, original, plain, refusal, rewrite};
use crate::{Failure, JobContext};

/// What is said of a message that can no longer be read.
const UNREADABLE: &str = "_A message from before this channel was synced_";
/// What is said of a message that was said during a pause, or where no sync leads here from.
const NOT_FOR_THEM: &str = "_A message that was not shared with this channel_";
/// So much of the message is quoted.
const WORDS_MAX_CHARS: usize = 120;

/// Reads the message in its workspace, and shortens it.
pub(crate) async fn read(
    cx: &JobContext<'_>,
    delivery: &Delivery,
) -> Result<(Author, Body), Failure> {
    if !is_for_them(cx, delivery).await? {
        return Ok((Author::Unknown, Body::said(NOT_FOR_THEM)));
    }
    let unreadable = || (Author::Unknown, Body::said(UNREADABLE));
    let Some(token) = cx.token(&delivery.source_workspace_id).await? else {
        return Ok(unreadable());
    };
    let team: &TeamId = &delivery.source_team_id;
    let thread = Replies {
        channel: &delivery.source_channel_id,
        ts: &delivery.source_ts,
        oldest: None,
        limit: 1,
        include_all_metadata: false,
    };
    let message = match cx.call(team, &token, &thread).await {
        Ok(page) => page.messages.into_iter().find(|message| message.ts == delivery.source_ts),
        Err(error) => match error.outcome() {
            Outcome::Transient(_) | Outcome::Ambiguous => {
                let limited = Scope::method(team, error.method());
                let channel = &delivery.source_channel_id;
                return Err(refusal::failure(cx, &error, team, channel, limited));
            }
            _ => None,
        },
    };
    let Some(mut message) = message else { return Ok(unreadable()) };
    let link = original::link(cx, delivery, &token).await;
    if let Some(text) = &mut message.text {
        // Only its beginning is shown, and of that nobody there may learn more than of any other message.
        let beginning = mrkdwn::shortened(text, 10 * WORDS_MAX_CHARS);
        *text = rewrite::for_target(cx, delivery, &beginning).await?.text.replace('`', "");
    }
    Ok(shown(message, link.as_deref()))
}

/// Whether a copy would have been made, had there been a sync.
async fn is_for_them(cx: &JobContext<'_>, delivery: &Delivery) -> Result<bool, Failure> {
    let (workspace, channel) = (&delivery.source_workspace_id, &delivery.source_channel_id);
    let mut tx = cx.begin().await?;
    let then =
        sync_channels::routes(&mut tx, workspace, channel, delivery.source_ts.micros()).await?;
    Ok(then.targets.contains(&delivery.target()))
}

fn shown(message: Message, link: Option<&str>) -> (Author, Body) {
    let words = plain::shortened(message.text.as_deref().unwrap_or_default(), WORDS_MAX_CHARS);
    let author = match (message.user, message.bot_id) {
        (Some(user), _) => Author::Person { user },
        (None, bot) => Author::Bot { bot, name: message.username, avatar_url: None },
    };
    let quoted =
        if words.is_empty() { UNREADABLE.to_owned() } else { format!("_Earlier:_ {words}") };
    let text = match link {
        Some(link) => format!("{quoted} (<{link}|original>)"),
        None => quoted,
    };
    (author, Body::said(text))
}

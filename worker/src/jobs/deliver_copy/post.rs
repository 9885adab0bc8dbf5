//! The call that makes a copy: in whose name, and without what Slack does not take.

use std::sync::atomic::Ordering;

use secrecy::SecretString;
use shared::failpoint;
use shared::ids::SlackTs;
use shared::slack::CallError;
use shared::slack::methods::chat::{PostMessage, Posted};
use shared::tables::copies::{self, Delivery};
use shared::tables::posts::Body;

use crate::sync::author::Shown;
use crate::sync::mrkdwn::shortened;
use crate::sync::{blocks, mark, voice};
use crate::{Failure, JobContext};

/// What is left of a text that is too long for Slack all the same.
const SHORT_CHARS: usize = 1_500;
/// What Slack may answer to metadata that comes with a person's token
/// (docs.slack.dev/reference/methods/chat.postMessage).
const MARKS_ARE_FOR_APPS: &str = "metadata_must_be_sent_from_app";

/// Posts it in the author's own name, if they have one there, or else in the bot's under the author's name.
pub(super) async fn post(
    cx: &JobContext<'_>,
    delivery: &mut Delivery,
    token: &SecretString,
    root: Option<&SlackTs>,
    author: &Shown,
    body: &Body,
) -> Result<Result<Posted, CallError>, Failure> {
    let channel = delivery.channel_id.clone();
    let blocks = blocks::to_post(&body.blocks);
    let (metadata, client_msg_id) = (mark::metadata(delivery), mark::client_msg_id(&delivery.id));
    let mut message = PostMessage {
        channel: &channel,
        text: &body.text,
        blocks: blocks.as_deref(),
        thread_ts: root,
        reply_broadcast: body.is_broadcast && root.is_some(),
        username: None,
        icon_url: None,
        unfurl_links: false,
        unfurl_media: false,
        metadata: Some(&metadata),
        client_msg_id: Some(&client_msg_id),
    };
    if let Some(voice) = voice::of_author(cx, delivery, author).await? {
        delivery.posted_as = Some(voice.user().clone());
        let for_apps = &cx.services.marks_are_for_apps;
        let marked = message.metadata.filter(|_| !for_apps.load(Ordering::Relaxed));
        let own = PostMessage { metadata: marked, ..message.clone() };
        let called = say(cx, delivery, &voice.token, own).await?;
        match called {
            Err(error) if voice.is_refused(cx, &error).await? => {
                tracing::info!(copy.id = %delivery.id, %error, "the bot says it for its author");
            }
            called => return Ok(called),
        }
    }
    delivery.posted_as = None;
    message.username = Some(&author.name);
    message.icon_url = author.avatar_url.as_deref();
    say(cx, delivery, token, message).await
}

/// Says it, or as much of it as Slack takes.
async fn say(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    token: &SecretString,
    mut message: PostMessage<'_>,
) -> Result<Result<Posted, CallError>, Failure> {
    let short = shortened(message.text, SHORT_CHARS);
    loop {
        let called = send(cx, delivery, token, &message).await?;
        match called {
            Err(error) if leave_out(&mut message, &short, &error) => {
                if error.code() == Some(MARKS_ARE_FOR_APPS) {
                    cx.services.marks_are_for_apps.store(true, Ordering::Relaxed);
                }
                tracing::warn!(copy.id = %delivery.id, %error, "Slack does not take all of it");
            }
            called => return Ok(called),
        }
    }
}

/// Leaves out what Slack does not take; `false`: without that, too, it is not taken.
fn leave_out<'m>(message: &mut PostMessage<'m>, short: &'m str, error: &CallError) -> bool {
    match error.code() {
        _ if blocks::are_refused(error) => message.blocks.take().is_some(),
        // What was said in a thread that is gone, or that takes no answers, is said all the same.
        Some(
            "thread_not_found"
            | "cannot_reply_to_message"
            | "restricted_action_non_threadable_channel",
        ) => {
            message.reply_broadcast = false;
            message.thread_ts.take().is_some()
        }
        // Then it is known again by its words.
        Some("metadata_too_large" | MARKS_ARE_FOR_APPS) => message.metadata.take().is_some(),
        Some("duplicate_message_not_found" | "duplicate_channel_not_found") => {
            message.client_msg_id.take().is_some()
        }
        Some("msg_too_long") => {
            let is_shorter = short.len() < message.text.len();
            message.text = short;
            is_shorter
        }
        _ => false,
    }
}

/// Claims the copy as `sending`, and calls Slack.
async fn send(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    token: &SecretString,
    message: &PostMessage<'_>,
) -> Result<Result<Posted, CallError>, Failure> {
    cx.turn::<PostMessage<'_>>(&delivery.team_id, Some(&delivery.channel_id)).await?;
    failpoint!("deliver.before_sending");
    let mut tx = cx.begin().await?;
    copies::mark_sending(&mut tx, delivery, cx.call_deadline()).await?;
    cx.commit(tx).await?;
    failpoint!("deliver.sending_committed");
    let called = cx.call_now(token, message).await;
    Ok(called.inspect(|_| failpoint!("deliver.called")))
}

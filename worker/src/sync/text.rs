//! What one copy of a message says.

use shared::tables::copies::Delivery;
use shared::tables::posts::Body;

use super::mrkdwn::{pieces, shortened};
use super::{blocks, files, original, rewrite, split};
use crate::{Failure, JobContext};

/// What is left of a text that is nothing but what only its own workspace can show.
const NOTHING: &str = "…";

/// Text and blocks of the copy, for its readers; `None`: the message has become so short that nothing is left
/// for this part.
pub(crate) async fn of_part(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    body: &Body,
) -> Result<Option<Body>, Failure> {
    if !body.blocks.is_empty() {
        return if delivery.part == 0 {
            whole(cx, delivery, body).await.map(Some)
        } else {
            Ok(None)
        };
    }
    let mut parts = match body.text.trim() {
        "" if !body.files.is_empty() => vec![files::NOTHING_SAID.to_owned()],
        _ => split::parts(&body.text),
    };
    let Ok(number) = usize::try_from(delivery.part) else { return Ok(None) };
    if number >= parts.len() {
        return Ok(None);
    }
    // The message has become longer than the copies that were made of it.
    let is_cut = delivery.part == delivery.last_part && number + 1 < parts.len();
    let mut rewritten = rewrite::for_target(cx, delivery, &parts.swap_remove(number)).await?;
    if is_cut || rewritten.is_cut {
        rewritten.text.push_str(&rest(cx, delivery).await?);
    }
    let text = Some(rewritten.text).filter(|text| !text.trim().is_empty());
    Ok(Some(Body { text: text.unwrap_or_else(|| NOTHING.to_owned()), ..body.clone() }))
}

/// Blocks are one message, whatever they say; the text is for notifications.
async fn whole(cx: &JobContext<'_>, delivery: &Delivery, body: &Body) -> Result<Body, Failure> {
    let mentions = pieces(&body.text).chain(blocks::mentions(&body.blocks));
    let mentioned = rewrite::mentioned(cx, delivery, mentions).await?;
    let text = shortened(&mentioned.whole(&body.text), rewrite::MOST_CHARS);
    let blocks = blocks::for_target(&mentioned, &body.blocks);
    Ok(Body { text, blocks, ..body.clone() })
}

/// Where the rest is to be read.
async fn rest(cx: &JobContext<'_>, delivery: &Delivery) -> Result<String, Failure> {
    let Some(token) = cx.token(&delivery.source_workspace_id).await? else {
        return Ok("…".to_owned());
    };
    let link = original::link(cx, delivery, &token).await;
    Ok(link.map_or_else(|| "…".to_owned(), |link| format!("… (<{link}|continued>)")))
}

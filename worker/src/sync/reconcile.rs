//! Whether a call whose answer never came had its effect: the copy is looked for in Slack's own history,
//! by its mark.
//!
//! A call ends by its deadline, and what it made may show a little later. So the first look comes that
//! much after the deadline, the second twice as much later; what was not seen then is posted again. What
//! remains: Slack accepts a call and hides its message for longer than that (docs/RELIABILITY.md).

use std::time::Duration;

use secrecy::SecretString;
use shared::ids::SlackTs;
use shared::queue::{Scope, millis};
use shared::slack::methods::conversations::{History, Replies};
use shared::slack::{CallError, Outcome};
use shared::tables::copies::{self, Delivery, Doubt};

use super::{mark, refusal};
use crate::{Failure, JobContext};

/// Looks before a copy is posted again.
const LOOKS: i64 = 2;
/// Messages asked for at once; Slack may give fewer.
const PAGE: u32 = 200;

/// The ts of what an earlier call made; `None`: it made nothing, and the copy may be posted.
pub(crate) async fn effect(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    doubt: &Doubt,
    token: &SecretString,
    root: Option<&SlackTs>,
) -> Result<Option<SlackTs>, Failure> {
    await_settling(cx, doubt)?;
    let mut doubt = doubt.clone();
    let seen = match root {
        None => in_channel(cx, delivery, &mut doubt, token).await?,
        Some(root) => match in_thread(cx, delivery, &mut doubt, token, root).await? {
            Found::At(ts) => Some(ts),
            Found::Nowhere => None,
            // Then it was said in the channel.
            Found::NoThread => in_channel(cx, delivery, &mut doubt, token).await?,
        },
    };
    if seen.is_some() {
        return Ok(seen);
    }
    doubt = Doubt { looks: doubt.looks + 1, look_from: None, ..doubt };
    note(cx, delivery, &doubt).await?;
    if doubt.looks < LOOKS {
        await_settling(cx, &doubt)?;
    }
    Ok(None)
}

/// Fails until it is time for the next look.
fn await_settling(cx: &JobContext<'_>, doubt: &Doubt) -> Result<(), Failure> {
    let settle = millis(cx.services.settle);
    let pause = if doubt.looks == 0 { settle } else { settle.saturating_mul(3) };
    let look_at = doubt.deadline.saturating_add(pause);
    match u64::try_from(look_at - cx.services.queue.time().now()) {
        Ok(left) if left > 0 => Err(Failure::snooze(
            Duration::from_millis(left),
            "an earlier call may still have its effect",
        )),
        _ => Ok(()),
    }
}

/// Through what is shown in the channel, from the newest back to what is certainly older.
async fn in_channel(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    doubt: &mut Doubt,
    token: &SecretString,
) -> Result<Option<SlackTs>, Failure> {
    loop {
        let history = History {
            channel: &delivery.channel_id,
            oldest: Some(&doubt.after_ts),
            latest: doubt.look_from.as_ref(),
            inclusive: false,
            limit: PAGE,
            include_all_metadata: true,
        };
        let page = match cx.call(&delivery.team_id, token, &history).await {
            Ok(page) => page,
            Err(error) => return Err(interrupted(cx, delivery, doubt, &error).await?),
        };
        if let Some(found) = page.messages.iter().find(|message| mark::is_on(message, delivery)) {
            return Ok(Some(found.ts.clone()));
        }
        match page.messages.into_iter().next_back() {
            Some(oldest) if page.has_more => doubt.look_from = Some(oldest.ts),
            _ => return Ok(None),
        }
    }
}

/// What a look into a thread finds.
enum Found {
    At(SlackTs),
    Nowhere,
    NoThread,
}

/// Through the thread, from what is certainly older to the newest.
async fn in_thread(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    doubt: &mut Doubt,
    token: &SecretString,
    root: &SlackTs,
) -> Result<Found, Failure> {
    loop {
        let replies = Replies {
            channel: &delivery.channel_id,
            ts: root,
            oldest: Some(doubt.look_from.as_ref().unwrap_or(&doubt.after_ts)),
            limit: PAGE,
            include_all_metadata: true,
        };
        let page = match cx.call(&delivery.team_id, token, &replies).await {
            Ok(page) => page,
            Err(error) if error.outcome() == Outcome::Permanent => return Ok(Found::NoThread),
            Err(error) => return Err(interrupted(cx, delivery, doubt, &error).await?),
        };
        if let Some(found) = page.messages.iter().find(|message| mark::is_on(message, delivery)) {
            return Ok(Found::At(found.ts.clone()));
        }
        // The root heads each page, whatever was asked for.
        match page.messages.into_iter().next_back() {
            Some(newest) if page.has_more && newest.ts != *root => {
                doubt.look_from = Some(newest.ts);
            }
            _ => return Ok(Found::Nowhere),
        }
    }
}

/// A look that cannot go on keeps its place: where Slack gives one page a minute, it would never end.
async fn interrupted(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    doubt: &Doubt,
    error: &CallError,
) -> Result<Failure, Failure> {
    if doubt.look_from.is_some() {
        note(cx, delivery, doubt).await?;
    }
    let limited = Scope::method(&delivery.team_id, error.method());
    Ok(refusal::failure(cx, error, &delivery.team_id, &delivery.channel_id, limited))
}

async fn note(cx: &JobContext<'_>, delivery: &Delivery, doubt: &Doubt) -> Result<(), Failure> {
    let mut tx = cx.begin().await?;
    copies::note_look(&mut tx, &delivery.id, doubt).await?;
    cx.commit(tx).await
}

//! Reads again what was answered in a thread during a gap, oldest first, and looks whether its first message is
//! still there. In a thread of many pages a run that is repeated reads them again, and finds what it found.

use shared::ids::SlackTs;
use shared::jobs::fill_thread;
use shared::slack::methods::gaps::Answered;
use shared::tables::gaps;

use super::fill_gap::{news, refused};
use crate::sync::found::{self, Head};
use crate::{Done, Failure, JobContext};

/// As in `fill_gap`.
const PAGE: u32 = 15;
/// What Slack says when there is no such message any more
/// (docs.slack.dev/reference/methods/conversations.replies).
const GONE: &str = "thread_not_found";

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let fill_thread::Payload { gap, root } = fill_thread::payload(cx.job.payload()?)
        .map_err(|error| Failure::dead(error.to_string()))?;
    let Some(token) = cx.token(&gap.workspace).await? else {
        return Err(Failure::dead("the workspace is not installed"));
    };
    let end = SlackTs::at(gap.until);
    let mut reached = SlackTs::at(gap.from.saturating_sub(1));
    loop {
        let (channel, limit) = (&gap.channel, PAGE);
        let answered = Answered { channel, ts: &root, oldest: &reached, latest: &end, limit };
        let page = match cx.call(&gap.team, &token, &answered).await {
            Ok(page) => page,
            Err(error) if error.code() == Some(GONE) => {
                let mut tx = cx.begin().await?;
                let at = cx.services.clock.now().timestamp_micros();
                cx.enqueue(&mut tx, vec![found::deleted(&gap, at, &root)]).await?;
                return cx.done(tx).await;
            }
            Err(error) => return Err(refused(cx, &error, &gap)),
        };
        let mut tx = cx.begin().await?;
        let (mut last, mut jobs) = (None, Vec::new());
        for message in page.messages {
            // The root heads each page, whatever was asked for; `fill_gap` has seen it where that matters.
            let Some(head) = Head::of(&message).filter(|head| head.ts != root) else { continue };
            last = Some(head.ts.clone());
            let after = SlackTs::at(head.ts.micros() + 1);
            let known = gaps::known(&mut tx, &gap.workspace, channel, &head.ts, &after).await?;
            jobs.extend(news(cx, &mut tx, &gap, known.into_iter().next(), head, message).await?);
        }
        cx.enqueue(&mut tx, jobs).await?;
        match last {
            Some(last) if page.has_more => {
                cx.commit(tx).await?;
                reached = last;
            }
            _ => return cx.done(tx).await,
        }
    }
}

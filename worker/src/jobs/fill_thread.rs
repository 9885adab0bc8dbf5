//! Reads again what was answered in a thread during a gap, oldest first, and looks whether its first message is
//! still there. A page a job: Slack may let some apps read one a minute.

use shared::ids::SlackTs;
use shared::jobs::fill_thread;
use shared::slack::methods::gaps::Answered;
use shared::tables::gaps;

use super::fill_gap::{PAGE, news, refused};
use crate::sync::found::{self, Head};
use crate::{Done, Failure, JobContext};

/// What Slack says when there is no such message any more
/// (docs.slack.dev/reference/methods/conversations.replies).
const GONE: &str = "thread_not_found";

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let page = fill_thread::payload(cx.job.payload()?)
        .map_err(|error| Failure::dead(error.to_string()))?;
    let fill_thread::Payload { gap, root, after } = &page;
    let Some(token) = cx.token(&gap.workspace).await? else {
        return Err(Failure::dead("the workspace is not installed"));
    };
    let start = SlackTs::at(gap.from.saturating_sub(1));
    let (oldest, latest) = (after.as_ref().unwrap_or(&start), &SlackTs::at(gap.until));
    let answered = Answered { channel: &gap.channel, ts: root, oldest, latest, limit: PAGE };
    let answers = match cx.call(&gap.team, &token, &answered).await {
        Ok(answers) => answers,
        Err(error) if error.code() == Some(GONE) => {
            let mut tx = cx.begin().await?;
            let at = cx.services.clock.now().timestamp_micros();
            cx.enqueue(&mut tx, vec![found::deleted(gap, at, root)]).await?;
            return cx.done(tx).await;
        }
        Err(error) => return Err(refused(cx, &error, gap)),
    };
    let mut tx = cx.begin().await?;
    let (mut last, mut jobs) = (None, Vec::new());
    for message in answers.messages {
        // The root heads each page, whatever was asked for; `fill_gap` has seen it where that matters.
        let Some(head) = Head::of(&message).filter(|head| head.ts != *root) else { continue };
        last = Some(head.ts.clone());
        let after = SlackTs::at(head.ts.micros() + 1);
        let known = gaps::known(&mut tx, &gap.workspace, &gap.channel, &head.ts, &after).await?;
        jobs.extend(news(cx, &mut tx, gap, known.into_iter().next(), head, message).await?);
    }
    jobs.extend(last.filter(|_| answers.has_more).map(|last| fill_thread::next(&page, last)));
    cx.enqueue(&mut tx, jobs).await?;
    cx.done(tx).await
}

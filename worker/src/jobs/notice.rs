//! Tells one person something. A crash in the very moment of the call may tell it twice.

use shared::jobs::notice;
use shared::queue::Scope;
use shared::slack::methods::chat::Tell;

use crate::sync::refusal;
use crate::{Done, Failure, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = notice::payload(cx.job.payload()?);
    let notice = payload.map_err(|_| Failure::dead("the notice cannot be read"))?;
    let token = cx.target_token(&notice.workspace, &notice.team).await?;
    let message = Tell { channel: &notice.user, text: &notice.text };
    match cx.call(&notice.team, &token, &message).await {
        Ok(_) => cx.done(cx.begin().await?).await,
        Err(error) => {
            let limited = Scope::method(&notice.team, error.method());
            Err(refusal::failure_of_call(cx, &error, &notice.team, limited))
        }
    }
}

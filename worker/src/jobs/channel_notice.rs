//! Says something in a channel in the bot's own name. It is never copied: what our own app says is dropped at the
//! door.

use shared::jobs::channel_notice;
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::chat::Say;

use crate::sync::refusal;
use crate::{Done, Failure, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let channel_notice::Payload { place, text } = channel_notice::payload(cx.job.payload()?)
        .map_err(|_| Failure::dead("what is to be said cannot be read"))?;
    let (team, channel) = (&place.team_id, &place.channel_id);
    let token = cx.target_token(&place.workspace_id, team).await?;
    cx.turn::<Say<'_>>(team, Some(channel)).await?;
    if let Err(error) = cx.call_now(&token, &Say { channel, text: &text }).await {
        if let Outcome::Transient(_) = error.outcome() {
            let limited = Scope::channel(team, channel);
            return Err(refusal::failure_of_call(cx, &error, team, limited));
        }
        // It may be there; and nobody waits for it.
        tracing::info!(%team, %channel, %error, "a notice is not said");
    }
    cx.done(cx.begin().await?).await
}

//! Lets a workspace go on where it stopped, which has installed the app again: the bot goes back into its public
//! channels, and what was paused because the workspace was gone is resumed. A private channel stays paused until
//! somebody invites the bot.

use shared::ids::{ChannelId, SyncChannelId};
use shared::jobs::restore_workspace::{self, Payload};
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::conversations::{Info, Join};
use shared::tables::pauses::{self, Cause};
use shared::tables::workspaces;

use crate::sync::refusal;
use crate::{Done, Failure, JobContext, lifecycle};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = restore_workspace::payload(cx.job.payload()?)
        .map_err(|error| Failure::dead(error.to_string()))?;
    let db = &cx.services.db;
    for (sync, channel) in pauses::paused_for(db, &payload.workspace, Cause::Uninstalled).await? {
        let is_in = enter(cx, &payload, &channel).await?;
        restore(cx, &sync, is_in).await?;
    }
    let still_paused = pauses::paused_for(db, &payload.workspace, Cause::Left).await?;
    let still_paused: Vec<ChannelId> =
        still_paused.into_iter().map(|(_, channel)| channel).collect();
    let mut tx = cx.begin().await?;
    if let Some(workspace) = workspaces::by_team(&mut tx, &payload.team).await? {
        let jobs = lifecycle::restored(&mut tx, cx.services, &workspace, &still_paused).await?;
        cx.enqueue(&mut tx, jobs).await?;
    }
    cx.done(tx).await
}

/// Whether the bot is in the channel, if need be because it joined just now.
async fn enter(
    cx: &JobContext<'_>,
    payload: &Payload,
    channel: &ChannelId,
) -> Result<bool, Failure> {
    let team = &payload.team;
    let token = cx.target_token(&payload.workspace, team).await?;
    let called = match cx.call(team, &token, &Info { channel }).await {
        Ok(answer) if answer.channel.is_member => return Ok(true),
        Ok(answer) if answer.channel.is_private => return Ok(false),
        Ok(_) => cx.call(team, &token, &Join { channel }).await.map(drop),
        Err(error) => Err(error),
    };
    let Err(error) = called else { return Ok(true) };
    match error.outcome() {
        Outcome::AlreadyTrue => Ok(true),
        // A private one that the bot cannot see, or one that it may not join.
        Outcome::HoldChannel | Outcome::Permanent => Ok(false),
        _ => {
            let limited = Scope::method(team, error.method());
            Err(refusal::failure_of_call(cx, &error, team, limited))
        }
    }
}

/// Each channel by itself: what is done so far stays done.
async fn restore(cx: &JobContext<'_>, sync: &SyncChannelId, is_in: bool) -> Result<(), Failure> {
    let services = cx.services;
    let mut tx = cx.begin().await?;
    if is_in {
        pauses::resume(&mut tx, &services.queue, sync, &services.clock).await?;
        cx.signal(&mut tx);
    } else {
        pauses::change_cause(&mut tx, sync, Cause::Uninstalled, Cause::Left).await?;
    }
    cx.commit(tx).await
}

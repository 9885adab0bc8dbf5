//! Notes what happened to a channel as such. Database only.

use std::time::Duration;

use shared::ids::ChannelId;
use shared::jobs::{channel_event, leave_channel};
use shared::queue::{Lane, Scope};
use shared::slack::channel_events::ChannelEvent;
use shared::slack::events::Envelope;
use shared::tables::pauses::{self, Cause};
use shared::tables::workspaces::Workspace;
use shared::tables::{channels, installations, sync_channels, syncs};

use crate::sync::whose;
use crate::{Done, Failure, FencedTx, JobContext};

/// Between looks whether everything was routed that was said under a channel's old id.
const OLD_LANE_PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let read: Envelope<ChannelEvent> = serde_json::from_str(cx.job.payload()?)
        .map_err(|_| Failure::dead(format!("the {} cannot be read", channel_event::NAME)))?;
    let mut tx = cx.begin().await?;
    let (payload, channel) = (cx.job.payload()?, read.event.channel());
    let Some(whose) = whose::find(&mut tx, payload, &read.team_id, channel).await? else {
        tracing::debug!("event ignored: its workspace is not installed");
        return cx.done(tx).await;
    };
    let workspace = whose.workspace;
    match &read.event {
        // What is written to it is refused and held, until somebody brings it back.
        ChannelEvent::Archived { .. } => {}
        ChannelEvent::Unarchived { channel, .. } => {
            release(cx, &mut tx, &Scope::channel(&workspace.team_id, channel)).await?;
        }
        ChannelEvent::Deleted { channel, .. } => {
            let syncs = channels::delete(&mut tx, &workspace.id, channel).await?;
            tracing::info!(syncs, "a channel that was in step with others is deleted");
        }
        ChannelEvent::Renamed { channel, .. } => {
            syncs::follow_name(&mut tx, &workspace.id, &channel.id, &channel.name).await?;
        }
        ChannelEvent::IdChanged { old_channel_id, new_channel_id, event_ts } => {
            // What was said under the old id is routed under it; what is said under the new one waits behind
            // this job.
            let own = Lane::source(&workspace.team_id, old_channel_id);
            for old in [own, Lane::shared_source(old_channel_id)] {
                if cx.services.queue.has_earlier(&mut tx, &old, event_ts.micros()).await? {
                    let reason = "the channel's old lane is not empty";
                    return Err(Failure::snooze(OLD_LANE_PAUSE, reason));
                }
            }
            let now = cx.services.clock.now();
            channels::change_id(&mut tx, &workspace.id, old_channel_id, new_channel_id, now)
                .await?;
            // Slack knew the old one no longer, and it may have been held for that.
            release(cx, &mut tx, &Scope::channel(&workspace.team_id, old_channel_id)).await?;
        }
        ChannelEvent::MemberJoined { channel, user, .. } => {
            if installations::is_bot(&mut tx, &workspace.id, user).await? {
                if channels::is_in_a_sync(&mut tx, &workspace.id, channel).await? {
                    come_back(cx, &mut tx, &workspace, channel).await?;
                    release(cx, &mut tx, &Scope::channel(&workspace.team_id, channel)).await?;
                } else {
                    let Workspace { id, team_id, .. } = workspace;
                    let payload = leave_channel::Payload {
                        workspace: id,
                        team: team_id,
                        channel: channel.clone(),
                    };
                    cx.enqueue(&mut tx, vec![leave_channel::job(&payload, &read.event_id)]).await?;
                }
            }
        }
    }
    cx.done(tx).await
}

/// The bot is in a private channel again that it was not in when its workspace had come back.
async fn come_back(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    workspace: &Workspace,
    channel: &ChannelId,
) -> Result<(), Failure> {
    let services = cx.services;
    for sync in sync_channels::of_channel(tx, &workspace.team_id, channel).await? {
        if pauses::change_cause(tx, &sync, Cause::Left, Cause::Uninstalled).await? {
            pauses::resume(tx, &services.queue, &sync, &services.clock).await?;
            cx.signal(tx);
        }
    }
    Ok(())
}

/// What was held may go on, and is tried at once.
async fn release(cx: &JobContext<'_>, tx: &mut FencedTx, scope: &Scope) -> Result<(), Failure> {
    if cx.services.queue.release_hold(tx, scope).await? {
        tracing::info!(%scope, "what was held is tried again");
        cx.signal(tx);
    }
    Ok(())
}

//! Notes that Slack did not send every event of a minute, for each channel that it may be about. Database only.

use shared::jobs::{fill_gap, note_gap};
use shared::tables::gaps::{self, Reason};
use shared::tables::{sync_channels, workspaces};

use crate::{Done, Failure, JobContext};

const MICROS: i64 = 1_000_000;

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let note_gap::Payload { team, minute } =
        note_gap::payload(cx.job.payload()?).map_err(|error| Failure::dead(error.to_string()))?;
    let mut tx = cx.begin().await?;
    let Some(workspace) = workspaces::by_team(&mut tx, &team).await? else {
        tracing::debug!("a gap ignored: its workspace is not installed");
        return cx.done(tx).await;
    };
    let services = cx.services;
    let channels = sync_channels::publishing(&mut tx, &workspace.id).await?;
    tracing::warn!(%team, minute, channels = channels.len(), "Slack sent too few events and is asked for the rest");
    for channel in channels {
        let gap = fill_gap::Payload {
            workspace: workspace.id.clone(),
            team: team.clone(),
            channel,
            from: i64::from(minute) * MICROS,
            until: (i64::from(minute) + 60) * MICROS,
        };
        let now = services.clock.now();
        gaps::open(&mut tx, &services.queue, &gap, Reason::RateLimited, now).await?;
    }
    cx.signal(&mut tx);
    cx.done(tx).await
}

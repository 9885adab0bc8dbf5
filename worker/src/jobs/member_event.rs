//! Notes that somebody joined a workspace, or presents themselves otherwise. Database only.

use chrono::DateTime;
use shared::jobs::member_event;
use shared::slack::events::{Envelope, MemberEvent};
use shared::tables::{people, workspaces};

use crate::matching;
use crate::{Done, Failure, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let read: Envelope<MemberEvent> = serde_json::from_str(cx.job.payload()?)
        .map_err(|_| Failure::dead(format!("the {} cannot be read", member_event::NAME)))?;
    let MemberEvent { user: member, event_ts } = read.event;
    let mut tx = cx.begin().await?;
    if !member.is_person() {
        return cx.done(tx).await;
    }
    let Some(workspace) = workspaces::by_team(&mut tx, &read.team_id).await? else {
        tracing::debug!("event ignored: its workspace is not installed");
        return cx.done(tx).await;
    };
    let at = DateTime::from_timestamp_micros(event_ts.micros()).unwrap_or_default();
    if member.deleted {
        people::leave(&mut tx, &workspace.id, &member.id, at).await?;
    } else {
        people::note(&mut tx, &workspace.id, &member.id, &matching::person_of(&member, at)).await?;
    }
    cx.done(tx).await
}

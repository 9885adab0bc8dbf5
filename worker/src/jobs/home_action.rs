//! Does what somebody asked for on the app's Home tab, if they may, and shows them how it is then.

use shared::home::Action;
use shared::ids::ChannelId;
use shared::jobs::home_action::{self, Payload};
use shared::jobs::{channel_notice, notice, publish_home};
use shared::queue::NewJob;
use shared::tables::audit::{self, Actor, Entry};
use shared::tables::pauses::{self, Cause};
use shared::tables::sync_channels::{self, Target};
use shared::tables::workspaces::{self, Workspace};

use crate::roles::{self, Role};
use crate::sync::notices;
use crate::{Done, Failure, FencedTx, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let asked = home_action::payload(cx.job.payload()?)
        .map_err(|_| Failure::dead(format!("the {} cannot be read", home_action::NAME)))?;
    let mut tx = cx.begin().await?;
    let Some(workspace) = workspaces::by_team(&mut tx, &asked.team).await? else {
        return cx.done(tx).await;
    };
    drop(tx);
    let Some(token) = cx.token(&workspace.id).await? else {
        return cx.done(cx.begin().await?).await;
    };
    let role = roles::of(cx, &asked.team, &token, &asked.user).await?;
    let mut tx = cx.begin().await?;
    let mut jobs = match &asked.action {
        _ if role == Role::Stranger => return cx.done(tx).await,
        _ if role == Role::Member => vec![not_allowed(cx, &workspace, &asked)],
        Action::Pause(channel) => switch(cx, &mut tx, &workspace, &asked, channel, true).await?,
        Action::Resume(channel) => switch(cx, &mut tx, &workspace, &asked, channel, false).await?,
        Action::Show(_) => Vec::new(),
    };
    jobs.push(publish_home::job(&asked.team, &asked.user));
    cx.enqueue(&mut tx, jobs).await?;
    cx.done(tx).await
}

/// Tells them. Their tab shows no such button any more.
fn not_allowed(cx: &JobContext<'_>, workspace: &Workspace, asked: &Payload) -> NewJob {
    tracing::info!(team.id = %asked.team, "somebody may not do what they asked for");
    let told = notice::Notice {
        workspace: workspace.id.clone(),
        team: asked.team.clone(),
        user: asked.user.clone(),
        text: notices::not_allowed(&workspace.name),
    };
    notice::job(&told, &format!("not_allowed:{}", cx.job.id))
}

/// Pauses or resumes a channel of the workspace in each of its syncs, and tells everybody there; nothing if it is so
/// already, or is none of its channels.
async fn switch(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    workspace: &Workspace,
    asked: &Payload,
    channel: &ChannelId,
    pauses: bool,
) -> Result<Vec<NewJob>, Failure> {
    let (services, mut changed) = (cx.services, false);
    for sync in sync_channels::of_channel(tx, &asked.team, channel).await? {
        changed |= if pauses {
            pauses::pause(tx, &sync, Cause::Admin, &services.clock).await?
        } else {
            pauses::resume(tx, &services.queue, &sync, &services.clock).await?
        };
    }
    if !changed {
        return Ok(Vec::new());
    }
    cx.signal(tx);
    let entry = Entry {
        team: Some(&asked.team),
        actor: Actor::Person(asked.user.clone()),
        action: "channel.paused",
        subject: Some(channel.to_string()),
        detail: None,
    };
    let entry = if pauses { entry } else { Entry { action: "channel.resumed", ..entry } };
    audit::note(tx, &entry, &services.clock, &services.rng).await?;
    let own = Target {
        workspace_id: workspace.id.clone(),
        team_id: asked.team.clone(),
        channel_id: channel.clone(),
    };
    let text = notices::switched(&asked.user, pauses);
    let occasion = format!("switched:{}", cx.job.id);
    let mut jobs = vec![channel_notice::job(&own, text, &occasion)];
    for place in sync_channels::siblings_of(tx, &own).await? {
        let text = notices::switched_elsewhere(&workspace.name, pauses);
        jobs.push(channel_notice::job(&place, text, &occasion));
    }
    Ok(jobs)
}

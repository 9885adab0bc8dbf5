//! A workspace comes and goes: what is paused, who is told, and what goes on where it stopped.

use shared::db::{DbError, Tx};
use shared::ids::ChannelId;
use shared::jobs::{channel_notice, restore_workspace, tell_admins};
use shared::queue::NewJob;
use shared::tables::audit::{self, Actor, Entry};
use shared::tables::pauses::{self, Cause};
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{installations, sync_channels, user_tokens};

use crate::Services;
use crate::sync::notices;

/// The workspace has uninstalled the app: nothing goes from or to it until it installs it again, and those who
/// share channels with it learn of it. Returns the jobs that tell them; none if that is known.
pub(crate) async fn uninstall(
    tx: &mut Tx,
    services: &Services,
    workspace: &Workspace,
) -> Result<Vec<NewJob>, DbError> {
    let Services { clock, rng, .. } = services;
    let now = clock.now();
    if !workspaces::mark_uninstalled(tx, &workspace.id, now).await? {
        return Ok(Vec::new());
    }
    let mut paused = 0;
    for channel in sync_channels::of_workspace(tx, &workspace.id).await? {
        // What somebody had paused before stays so when it is back.
        paused += u32::from(pauses::pause(tx, &channel, Cause::Uninstalled, clock).await?);
    }
    let people = user_tokens::revoke_all(tx, &workspace.id).await?;
    installations::forget_token(tx, &workspace.id).await?;
    let entry = Entry {
        team: Some(&workspace.team_id),
        actor: Actor::Slack,
        action: "workspace.uninstalled",
        subject: Some(workspace.id.to_string()),
        detail: Some(format!("{paused} channels paused, {people} people's tokens forgotten")),
    };
    audit::note(tx, &entry, clock, rng).await?;
    let occasion = format!("uninstalled:{}:{}", workspace.team_id, now.timestamp_micros());
    let days = services.retention_days;
    tell_partners(
        tx,
        workspace,
        &occasion,
        &notices::uninstalled(&workspace.name, days),
        &notices::uninstalled_in_channel(&workspace.name),
    )
    .await
}

/// Somebody has installed the app in a workspace that had uninstalled it: a job brings back what it had. Call it
/// before the workspace is marked as installed.
pub(crate) async fn before_install(
    tx: &mut Tx,
    workspace: &Workspace,
) -> Result<Option<NewJob>, DbError> {
    let was_gone = workspaces::uninstalled_since(tx, &workspace.team_id).await?.is_some();
    Ok(was_gone.then(|| restore_workspace::job(&workspace.id, &workspace.team_id)))
}

/// It is back: those who share channels with it learn of it, and its own admins of what still has to be done.
pub(crate) async fn restored(
    tx: &mut Tx,
    services: &Services,
    workspace: &Workspace,
    still_paused: &[ChannelId],
) -> Result<Vec<NewJob>, DbError> {
    let occasion =
        format!("restored:{}:{}", workspace.team_id, services.clock.now().timestamp_micros());
    let mut jobs = tell_partners(
        tx,
        workspace,
        &occasion,
        &notices::restored(&workspace.name),
        &notices::restored_in_channel(&workspace.name),
    )
    .await?;
    if !still_paused.is_empty() {
        jobs.push(tell_admins::job(&tell_admins::Payload {
            workspace: workspace.id.clone(),
            team: workspace.team_id.clone(),
            occasion,
            text: notices::invite_me_again(still_paused),
        }));
    }
    Ok(jobs)
}

/// Those who manage the workspaces that share a sync with this one, and the channels of those syncs.
async fn tell_partners(
    tx: &mut Tx,
    workspace: &Workspace,
    occasion: &str,
    to_admins: &str,
    in_channels: &str,
) -> Result<Vec<NewJob>, DbError> {
    let partners = sync_channels::partners(tx, &workspace.id).await?;
    let admins = partners.into_iter().map(|partner| {
        tell_admins::job(&tell_admins::Payload {
            workspace: partner.id,
            team: partner.team_id,
            occasion: occasion.to_owned(),
            text: to_admins.to_owned(),
        })
    });
    let siblings = sync_channels::siblings(tx, &workspace.id).await?;
    let channels =
        siblings.iter().map(|place| channel_notice::job(place, in_channels.to_owned(), occasion));
    Ok(admins.chain(channels).collect())
}

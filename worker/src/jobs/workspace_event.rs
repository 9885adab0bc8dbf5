//! Notes that tokens were revoked, or that the app was uninstalled. Slack tells both when a workspace uninstalls
//! it, in either order, and may name the bot when one person takes back theirs: so it is asked whether the bot's
//! token still works before anything stops.

use chrono::DateTime;
use shared::ids::UserId;
use shared::jobs::workspace_event;
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::events::Envelope;
use shared::slack::methods::auth;
use shared::slack::workspace_events::{Revoked, WorkspaceEvent};
use shared::tables::audit::{self, Actor, Entry};
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{installations, user_tokens};

use crate::sync::refusal;
use crate::{Done, Failure, FencedTx, JobContext, lifecycle};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let read: Envelope<WorkspaceEvent> = serde_json::from_str(cx.job.payload()?)
        .map_err(|_| Failure::dead(format!("the {} cannot be read", workspace_event::NAME)))?;
    let mut tx = cx.begin().await?;
    let Some(workspace) = workspaces::by_team(&mut tx, &read.team_id).await? else {
        tracing::debug!("event ignored: its workspace is not installed");
        return cx.done(tx).await;
    };
    drop(tx);
    let (people, is_of_bot) = match read.event {
        WorkspaceEvent::AppUninstalled {} => (Vec::new(), true),
        WorkspaceEvent::TokensRevoked { tokens: Revoked { oauth, bot } } => {
            (oauth, !bot.is_empty())
        }
    };
    let is_over = is_of_bot && has_ended(cx, &workspace, read.event_time).await?;
    let mut tx = cx.begin().await?;
    if is_over {
        let jobs = lifecycle::uninstall(&mut tx, cx.services, &workspace).await?;
        tracing::info!(team.id = %workspace.team_id, "the app was uninstalled");
        cx.enqueue(&mut tx, jobs).await?;
    } else {
        for user in &people {
            revoke(cx, &mut tx, &workspace, user, read.event_time).await?;
        }
    }
    cx.done(tx).await
}

/// Whether the workspace no longer lets the bot in. What happened before it installed the app last does not count,
/// however late it is told of.
async fn has_ended(cx: &JobContext<'_>, workspace: &Workspace, at: i64) -> Result<bool, Failure> {
    let services = cx.services;
    let Some(installation) = installations::of(&services.db, &workspace.id).await? else {
        return Ok(false);
    };
    if at < installation.installed_at.timestamp() {
        tracing::info!("event ignored: the app was installed again since");
        return Ok(false);
    }
    // One that has merely ended would look as if it were revoked.
    let Some(token) = cx.token(&workspace.id).await? else { return Ok(false) };
    let (team, test) = (&workspace.team_id, auth::Test {});
    match cx.call(team, &token, &test).await {
        Ok(_) => Ok(false),
        Err(error) => match error.outcome() {
            Outcome::HoldWorkspace => Ok(true),
            Outcome::Transient(Some(pause)) => Err(Failure::snooze(pause, error.to_string())),
            _ => {
                let limited = Scope::method(team, error.method());
                Err(refusal::failure_of_call(cx, &error, team, limited))
            }
        },
    }
}

/// One person lets SyncBot speak for them no longer.
async fn revoke(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    workspace: &Workspace,
    user: &UserId,
    at: i64,
) -> Result<(), Failure> {
    // Slack tells of whole seconds.
    let by = DateTime::from_timestamp(at + 1, 0).unwrap_or_default();
    if !user_tokens::revoke(tx, &workspace.id, user, by).await? {
        return Ok(());
    }
    let entry = Entry {
        team: Some(&workspace.team_id),
        actor: Actor::Person(user.clone()),
        action: "person.revoked",
        subject: None,
        detail: None,
    };
    Ok(audit::note(tx, &entry, &cx.services.clock, &cx.services.rng).await?)
}

//! Installs a workspace whose bot token is at hand, without the browser: what the demo and tests do.

use anyhow::Context as _;
use secrecy::SecretString;
use shared::config::WorkerProcessConfig;
use shared::db::retry_contention;
use shared::ids::{ChannelId, SyncChannelId, SyncId, WorkspaceId};
use shared::jobs::read_directory;
use shared::queue::Scope;
use shared::slack::methods::auth;
use shared::tables::installations::{self, Installation};
use shared::tables::sync_channels::{self, NotInserted, SyncChannel};
use shared::tables::syncs;
use shared::tables::workspaces::{self, Workspace};

use crate::Services;

/// How long Slack may take to say whose token it is.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Asks Slack whose token it is, and stores workspace and installation, the token sealed.
pub async fn with_token(
    services: &Services,
    token: &SecretString,
    scopes: &str,
) -> anyhow::Result<Workspace> {
    let bot = services
        .slack
        .call(token, &auth::Test {}, TIMEOUT)
        .await
        .context("Slack does not accept the bot token")?;
    let (clock, rng) = (&services.clock, &services.rng);
    let stored = retry_contention(clock, rng, || async {
        let mut tx = services.db.begin().await?;
        let new = Workspace {
            id: WorkspaceId::generate(clock, rng),
            team_id: bot.team_id.clone(),
            name: bot.team.clone(),
        };
        workspaces::upsert(&mut tx, &new, clock.now()).await?;
        // One that was installed before keeps its id.
        let workspace = workspaces::by_team(&mut tx, &bot.team_id).await?.unwrap_or(new);
        let (user, id) = (bot.user_id.clone(), bot.bot_id.clone());
        let installation = Installation::new(
            workspace.id.clone(),
            user,
            id,
            token,
            scopes.to_owned(),
            &services.sealer,
        );
        installations::upsert(&mut tx, &installation, clock.now()).await?;
        // What was for it goes on.
        services.queue.release_hold(&mut tx, &Scope::workspace(&workspace.team_id)).await?;
        let directory = read_directory::job(&workspace.id, &workspace.team_id);
        services.queue.enqueue(&mut tx, vec![directory]).await?;
        tx.commit().await?;
        Ok(workspace)
    });
    let workspace = stored.await?;
    services.queue.wakes().signal();
    Ok(workspace)
}

/// Installs the workspace whose token a developer configured, if any (`SLACK_BOT_TOKEN`). That Slack does not
/// accept it is no reason to end: everything else works.
pub async fn configured(services: Services, config: WorkerProcessConfig) {
    let Some(token) = &config.client.single_workspace_token else { return };
    match with_token(&services, token, &config.app.bot_scopes.join(",")).await {
        Ok(workspace) => {
            tracing::info!(workspace.team_id = %workspace.team_id, "the workspace of SLACK_BOT_TOKEN is installed");
        }
        Err(error) => {
            let error = shared::error::chain(error.as_ref());
            tracing::warn!(
                error,
                "the workspace of SLACK_BOT_TOKEN is not installed; check the token and SLACK_API_URL, and start again"
            );
        }
    }
}

/// Keeps channels of several workspaces in step from now on, in every direction. Channels that are in step
/// with each other already stay as they are.
pub async fn share(
    services: &Services,
    title: &str,
    channels: &[(&Workspace, ChannelId)],
) -> anyhow::Result<()> {
    let (clock, rng) = (&services.clock, &services.rng);
    let stored = retry_contention(clock, rng, || async {
        let mut tx = services.db.begin().await?;
        let now = clock.now().timestamp_micros();
        if let Some((workspace, channel)) = channels.first()
            && sync_channels::routes(&mut tx, &workspace.id, channel, now).await?.lead_anywhere
        {
            return Ok(Ok(()));
        }
        let sync_id = SyncId::generate(clock, rng);
        syncs::insert(&mut tx, &sync_id, title, clock.now()).await?;
        for (workspace, channel) in channels {
            let member = SyncChannel {
                id: SyncChannelId::generate(clock, rng),
                sync_id: sync_id.clone(),
                workspace_id: workspace.id.clone(),
                channel_id: channel.clone(),
                publishes: true,
                subscribes: true,
            };
            match sync_channels::insert(&mut tx, &member, clock.now()).await {
                Ok(()) => {}
                Err(NotInserted::Db(error)) => return Err(error),
                Err(refused @ NotInserted::IsShared { .. }) => return Ok(Err(refused)),
            }
        }
        tx.commit().await?;
        Ok(Ok(()))
    });
    Ok(stored.await??)
}

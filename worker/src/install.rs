//! Stores an installation: of a browser (`jobs/install_workspace.rs`), or of a workspace whose bot token is at hand,
//! as the demo and tests do it.

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use shared::config::WorkerProcessConfig;
use shared::db::{DbError, Tx, retry_contention};
use shared::grant::Grant;
use shared::ids::{BotId, ChannelId, SyncChannelId, SyncId, TeamId, UserId, WorkspaceId};
use shared::jobs::{publish_home, read_directory};
use shared::queue::Scope;
use shared::slack::methods::auth;
use shared::tables::audit::{self, Actor, Entry};
use shared::tables::installations::{self, Installation};
use shared::tables::sync_channels::{self, NotInserted, SyncChannel};
use shared::tables::syncs;
use shared::tables::user_tokens::{self, UserToken};
use shared::tables::workspaces::{self, Workspace};

use crate::{Services, lifecycle};

/// How long Slack may take to say whose token it is.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Asks Slack whose token it is, and stores workspace and installation, the token sealed.
pub async fn with_token(
    services: &Services,
    token: &SecretString,
    scopes: &str,
) -> anyhow::Result<Workspace> {
    let at = services.clock.now();
    let bot = services
        .slack
        .call(token, &auth::Test {}, TIMEOUT)
        .await
        .context("Slack does not accept the bot token")?;
    let granted = Granted {
        team_id: bot.team_id,
        name: bot.team,
        bot_user_id: bot.user_id,
        bot_id: bot.bot_id,
        bot: Grant::lasting(token.clone(), scopes),
        person: None,
        at,
    };
    let stored = retry_contention(&services.clock, &services.rng, || async {
        let mut tx = services.db.begin().await?;
        let workspace = store(&mut tx, services, &granted, Actor::Operator).await?;
        tx.commit().await?;
        Ok(workspace)
    });
    let workspace = stored.await?;
    services.queue.wakes().signal();
    Ok(workspace)
}

/// What a workspace grants when it installs the app.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Granted {
    pub team_id: TeamId,
    pub name: String,
    pub bot_user_id: UserId,
    pub bot_id: BotId,
    pub bot: Grant,
    /// Whoever installed it may let SyncBot speak for them as well.
    pub person: Option<(UserId, Grant)>,
    /// When: what Slack tells of earlier times does not end it.
    pub at: DateTime<Utc>,
}

/// Stores workspace, installation and tokens, and lets go on what waited for them. Others learn of the jobs once
/// the transaction has committed ([`Wakes::signal`](shared::queue::Wakes::signal)).
pub async fn store(
    tx: &mut Tx,
    services: &Services,
    granted: &Granted,
    actor: Actor,
) -> Result<Workspace, DbError> {
    let Services { clock, rng, sealer, queue, .. } = services;
    let (now, team) = (clock.now(), &granted.team_id);
    let at = granted.at;
    let new = Workspace {
        id: WorkspaceId::generate(clock, rng),
        team_id: team.clone(),
        name: granted.name.clone(),
    };
    let known = workspaces::any_by_team(tx, team).await?;
    let returns = lifecycle::before_install(tx, known.as_ref().unwrap_or(&new)).await?;
    workspaces::upsert(tx, &new, now).await?;
    // One that was installed before keeps its id.
    let workspace = workspaces::by_team(tx, team).await?.unwrap_or(new);
    let (id, user, bot) =
        (workspace.id.clone(), granted.bot_user_id.clone(), granted.bot_id.clone());
    let installation = Installation::new(id, user, bot, &granted.bot, at, sealer);
    installations::upsert(tx, &installation).await?;
    if let Some((user, grant)) = &granted.person {
        let token = UserToken::new(workspace.id.clone(), user.clone(), grant, sealer);
        user_tokens::upsert(tx, &token, at).await?;
    }
    let entry = Entry {
        team: Some(team),
        actor,
        action: "workspace.installed",
        subject: Some(workspace.id.to_string()),
        detail: Some(granted.bot.scopes.clone()),
    };
    audit::note(tx, &entry, clock, rng).await?;
    // What was for it goes on.
    queue.release_hold(tx, &Scope::workspace(team)).await?;
    let mut jobs = vec![read_directory::job(&workspace.id, team)];
    jobs.extend(returns);
    if let Actor::Person(user) = &entry.actor {
        jobs.push(publish_home::job(team, user));
    }
    queue.enqueue(tx, jobs).await?;
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

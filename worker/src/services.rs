//! What handlers work with.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use shared::clock::Clock;
use shared::config::{SealingConfig, SlackAppConfig, WorkerProcessConfig};
use shared::crypto::{Sealer, SealerError};
use shared::db::{Db, Patience};
use shared::queue::Queue;
use shared::rng::Rng;
use shared::slack::features::Scopes;
use shared::slack::{self, AppCredentials};
use url::Url;

use crate::pace::Pacer;

/// Everything that handlers share. Cheap to clone.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the types say it")]
pub struct Services {
    pub db: Db,
    pub queue: Queue,
    pub slack: slack::Client,
    pub sealer: Sealer,
    pub clock: Clock,
    pub rng: Rng,
    pub pacer: Pacer,
    /// What the app calls with in its own name; `None`: it was not configured, which production does not let pass.
    pub app: Option<AppCredentials>,
    /// The scopes that workspaces and people are asked for.
    pub asked: Arc<Scopes>,
    /// Where browsers reach this instance, if that was configured.
    pub public_url: Option<Url>,
    /// Slack has said that it takes marks with the tokens of apps alone.
    pub marks_are_for_apps: Arc<AtomicBool>,
    /// Only admins and owners may change anything.
    pub require_admin: bool,
    /// Days until what an uninstalled workspace had is removed for good.
    pub retention_days: u32,
    /// How long Slack may need to show a message that it accepted.
    pub settle: Duration,
}

/// Calls have deadlines of their own; this one is for a connection that hangs.
const HTTP_TIMEOUT: Duration = Duration::from_secs(30);
/// Beside one connection for each lane: claims, renewals, and listening.
const OWN_CONNECTIONS: usize = 4;
/// As in `default.toml`, for whoever has no such configuration.
const DEFAULT_RETENTION_DAYS: u32 = 30;
/// Between looks for a database that is not there at the start.
const DATABASE_PAUSE: Duration = Duration::from_millis(250);

impl Services {
    /// Opens everything that a worker process needs.
    pub async fn open(
        config: &WorkerProcessConfig,
        clock: Clock,
        rng: Rng,
    ) -> anyhow::Result<Self> {
        let connections = u32::try_from(config.worker.concurrency + OWN_CONNECTIONS)?;
        let db = Db::open(&config.database, connections, Patience::default(), &clock).await?;
        Self::on(db, config, clock, rng).await
    }

    /// As [`Services::open`], on a database that is open already.
    pub async fn on(
        db: Db,
        config: &WorkerProcessConfig,
        clock: Clock,
        rng: Rng,
    ) -> anyhow::Result<Self> {
        let sealer = sealer(&db, &config.sealing, &clock, &rng).await?;
        let queue = Queue::new(db.clone(), clock.clone(), rng.clone());
        let slack =
            slack::Client::new(shared::http_client(HTTP_TIMEOUT)?, config.client.api_url.clone());
        let credentials = config.app.client_id.clone().zip(config.client.client_secret.clone());
        let app = credentials
            .map(|(client_id, client_secret)| AppCredentials { client_id, client_secret });
        let SlackAppConfig { bot_scopes, user_scopes, .. } = config.app.clone();
        let asked = Arc::new(Scopes { bot: bot_scopes, person: user_scopes });
        let public_url = config.policy.public_url.clone();
        let require_admin = config.policy.require_admin;
        let settle = config.worker.settle;
        let retention_days = config.policy.retention_days.unwrap_or(DEFAULT_RETENTION_DAYS);
        let pacer = Pacer::new(clock.clone(), config.worker.is_paced);
        let marks_are_for_apps = Arc::default();
        Ok(Self {
            db,
            queue,
            slack,
            sealer,
            clock,
            rng,
            pacer,
            app,
            asked,
            public_url,
            marks_are_for_apps,
            require_admin,
            retention_days,
            settle,
        })
    }
}

/// Opens the sealer. A database that goes away just now, or that somebody keeps locked, is waited for.
async fn sealer(
    db: &Db,
    config: &SealingConfig,
    clock: &Clock,
    rng: &Rng,
) -> Result<Sealer, SealerError> {
    loop {
        match Sealer::open(db, config, clock, rng).await {
            Err(SealerError::Db(error)) if error.is_unavailable() || error.is_contention() => {
                tracing::warn!(error = %shared::error::chain(&error), "the sealing keys cannot be read yet; waiting for the database");
                clock.sleep(DATABASE_PAUSE).await;
            }
            opened => return opened,
        }
    }
}

//! `syncbot demo`: a simulated Slack with two workspaces, and SyncBot between them, in one process.

mod cast;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use shared::clock::Clock;
use shared::config::{ConfigError, DatabaseTarget, Loaded, RunConfig, Source};
use shared::process;
use shared::rng::Rng;
use slack_emulator::{Settings, SlackEmulator};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use worker::Services;

use super::run::both;

/// Options of `syncbot demo`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Port of the page [default: 8700, or any free one if that is taken]
    #[arg(long)]
    port: Option<u16>,
    /// Keep the database in this folder; otherwise it is in a temporary one and gone afterwards
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Log what SyncBot does
    #[arg(long, short)]
    verbose: bool,
}

const USUAL_PORT: u16 = 8700;

pub(crate) fn main(options: Options) -> ExitCode {
    // Dropped, and so removed, when the demo has ended.
    let temporary = match tempfile::Builder::new().prefix("syncbot-demo-").tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            println!("A temporary folder cannot be made: {error}");
            return ExitCode::FAILURE;
        }
    };
    let folder = options.data.clone().unwrap_or_else(|| temporary.path().to_owned());
    let loaded = configuration(&folder, options.verbose);
    process::main(
        "syncbot-demo",
        loaded,
        |config| &config.worker.telemetry,
        move |config| demo(config, options, folder),
    )
}

/// What a developer would put into `.env`. The emulator's address is known only once it listens.
fn configuration(folder: &Path, verbose: bool) -> Result<Loaded<RunConfig>, ConfigError> {
    let mut loaded = RunConfig::load(Source::fixed([
        ("LOCAL_DEVELOPMENT", "true"),
        ("DATABASE_URL", "sqlite:///syncbot.sqlite3"),
        ("LOG_LEVEL", if verbose { "INFO" } else { "WARNING" }),
        ("SLACK_SIGNING_SECRET", cast::SIGNING_SECRET),
        ("SLACK_CLIENT_ID", cast::CLIENT_ID),
        ("SLACK_CLIENT_SECRET", cast::CLIENT_SECRET),
        ("SLACK_BOT_SCOPES", &shared::slack::scopes::BOT.join(",")),
        ("SLACK_USER_SCOPES", &shared::slack::scopes::USER.join(",")),
        ("TOKEN_ENCRYPTION_KEY", cast::TOKEN_KEY),
        ("SYNCBOT_PUBLIC_URL", "http://localhost"),
    ]))?;
    // The folder as it is: an address would give some of its characters a meaning.
    let file = DatabaseTarget::File(folder.join("syncbot.sqlite3"));
    loaded.config.worker.database.target = file.clone();
    loaded.config.ingress.database.target = file;
    Ok(loaded)
}

async fn demo(mut config: RunConfig, options: Options, folder: PathBuf) -> anyhow::Result<()> {
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let slack = emulator(options.port).await?;
    cast::enter(&slack);
    config.worker.client.api_url = slack.api_url().parse().context("the emulator's address")?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let own = format!("http://{}", listener.local_addr()?);
    config.ingress.app.authorize_url = slack.authorize_url().parse().context("Slack's page")?;
    config.ingress.policy.public_url = Some(own.parse().context("our own address")?);
    config.worker.policy.public_url = config.ingress.policy.public_url.clone();
    let request_url = format!("{own}/slack/events");
    let services = Services::open(&config.worker, Clock::system(), Rng::system()).await?;
    cast::install(&slack, &services).await?;

    let stop = CancellationToken::new();
    let ended = tokio::spawn({
        let stop = stop.clone();
        async move { both(&config, services, listener, stop).await }
    });
    slack.set_request_url(&request_url).await.context("ingress does not answer")?;
    introduce(slack.url(), &own, options.data.as_deref());
    tokio::select! {
        () = process::stop_signal() => {}
        () = stop.cancelled() => {}
    }
    println!("\nStopping …");
    stop.cancel();
    let ended = ended.await?;
    slack.shutdown().await;
    ended
}

async fn emulator(port: Option<u16>) -> anyhow::Result<SlackEmulator> {
    let settings = |port| Settings {
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        signing_secret: cast::SIGNING_SECRET.to_owned(),
        client_id: cast::CLIENT_ID.to_owned(),
        client_secret: cast::CLIENT_SECRET.to_owned(),
        ..Settings::default()
    };
    match (SlackEmulator::start(settings(port.unwrap_or(USUAL_PORT))).await, port) {
        (Ok(slack), _) => Ok(slack),
        (Err(_), None) => Ok(SlackEmulator::start(settings(0)).await?),
        (Err(error), Some(port)) => Err(error).with_context(|| {
            format!("port {port} cannot be used; leave --port out to use any free one")
        }),
    }
}

fn introduce(page: &str, own: &str, data: Option<&Path>) {
    println!(
        "\nSyncBot runs between two simulated Slack workspaces. Open this page:\n\n    {page}\n"
    );
    println!("What to try:");
    println!(
        "  * Write something in #general of Acme: it appears in #town-square of Birch, under its author's name."
    );
    println!("  * Answer it in Birch, in its thread: the answer appears in Acme's thread.");
    println!("  * Write many messages quickly: they arrive in the same order.");
    println!("  * Install it as a workspace does, perhaps again: {own}/slack/install");
    if let Some(data) = data {
        println!("\nThe database stays in {}.", data.display());
    }
    println!("\nCtrl-C ends it.");
}

//! The emulator as a server.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use clap::Parser;
use slack_emulator::{Settings, SlackEmulator};
use tracing_subscriber::EnvFilter;

/// A simulated Slack to run an app against, with a page to watch and use it.
///
/// It starts with sample workspaces, with the app installed unless told otherwise, prints what the app has to be
/// told, and keeps everything in memory until it is stopped with Ctrl-C.
#[derive(Parser)]
#[command(version, after_help = EXAMPLE)]
struct Arguments {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8700)]
    port: u16,

    /// The address to listen on
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDRESS")]
    bind: IpAddr,

    /// Where the app takes events: its request URL
    #[arg(long, value_name = "URL")]
    request_url: Option<String>,

    /// How many sample workspaces to start with
    #[arg(long, default_value_t = 2, value_name = "COUNT")]
    workspaces: usize,

    /// What the app and its bot user are called
    #[arg(long, value_name = "NAME")]
    app_name: Option<String>,

    /// What events are signed with, instead of a well-known text
    #[arg(long, value_name = "TEXT")]
    signing_secret: Option<String>,

    /// Where the app has people sent back to after they installed it; may be repeated. Without it, any
    /// address of this machine or of https will do
    #[arg(long, value_name = "URL")]
    redirect_url: Vec<String>,

    /// Let the app's tokens end after twelve hours, to be renewed
    #[arg(long)]
    token_rotation: bool,

    /// Start with workspaces that the app is not installed in
    #[arg(long)]
    not_installed: bool,

    /// Another host name to be asked under, such as that of a container; may be repeated
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,

    /// How others reach the emulator, if not by the address it listens on
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// Which log lines to show: a level, or a filter by module
    #[arg(long, default_value = "slack_emulator=info", value_name = "FILTER")]
    log: String,
}

const EXAMPLE: &str = "\
Example:
  slack-emulator --request-url http://127.0.0.1:3000/slack/events --workspaces 3

The controls are JSON under /_emulator/, for instance:
  curl http://127.0.0.1:8700/_emulator/app
  curl http://127.0.0.1:8700/_emulator/violations
  curl http://127.0.0.1:8700/_emulator/faults -H 'content-type: application/json' \\
    -d '{\"method\":\"chat.postMessage\",\"times\":1,\"fault\":{\"kind\":\"rate_limited\",\"retry_after\":3}}'";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&arguments.log)?)
        .with_writer(std::io::stderr)
        .init();

    let defaults = Settings::default();
    let slack = SlackEmulator::start(Settings {
        bind: SocketAddr::new(arguments.bind, arguments.port),
        allowed_hosts: arguments.allow_host,
        public_url: arguments.public_url,
        app_name: arguments.app_name.unwrap_or(defaults.app_name),
        signing_secret: arguments.signing_secret.unwrap_or(defaults.signing_secret),
        redirect_urls: arguments.redirect_url,
        token_rotation_enabled: arguments.token_rotation,
        ..Settings::default()
    })
    .await?;
    if arguments.not_installed {
        slack.add_sample_workspaces_without_app(arguments.workspaces);
    } else {
        slack.add_sample_workspaces(arguments.workspaces);
    }
    introduce(&slack)?;
    if let Some(url) = arguments.request_url {
        connect(&slack, &url).await?;
    }

    told_to_end().await?;
    slack.shutdown().await;
    Ok(())
}

/// Returns on Ctrl-C, and where there is such a thing on SIGTERM.
async fn told_to_end() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Tells what the app has to be told.
fn introduce(slack: &SlackEmulator) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "A simulated Slack. Its secrets open nothing else, so they are shown here.\n")?;
    writeln!(out, "  Page            {}/", slack.url())?;
    writeln!(out, "  Web API         {}", slack.api_url())?;
    writeln!(out, "  Signing secret  {}", slack.signing_secret())?;
    writeln!(out, "  Client id       {}", slack.client_id())?;
    writeln!(out, "  Client secret   {}", slack.client_secret())?;
    writeln!(out, "  Install it at   {}", slack.authorize_url())?;
    for team in slack.teams().into_iter().filter(|team| slack.is_installed(team)) {
        writeln!(out, "  Bot token       {}  (workspace {team})", slack.bot_token(&team))?;
    }
    writeln!(out, "\nCtrl-C ends it.")?;
    out.flush()
}

/// Uses the request URL even if nobody is there yet: whoever starts both may start the app second.
async fn connect(slack: &SlackEmulator, url: &str) -> Result<(), slack_emulator::RequestUrlError> {
    match slack.set_request_url(url).await {
        Ok(()) => tracing::info!("{url} echoed the challenge: events go there"),
        Err(error) => {
            slack.set_request_url_unverified(url).await?;
            tracing::warn!("{error}; events go to {url} all the same");
        }
    }
    Ok(())
}

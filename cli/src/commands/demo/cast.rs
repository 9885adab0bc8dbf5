//! Who takes part in the demo: two workspaces, their people, and a channel that they share.

use secrecy::SecretString;
use shared::ids::ChannelId;
use slack_emulator::SlackEmulator;
use worker::{Services, install};

// Throw-away values between two halves of one process.
pub(super) const SIGNING_SECRET: &str = "demo signing secret";
pub(super) const CLIENT_ID: &str = "100.200";
pub(super) const CLIENT_SECRET: &str = "demo client secret";
pub(super) const TOKEN_KEY: &str = "demo token encryption key";

/// Workspace, its name, its people, its shared channel.
type Side =
    (&'static str, &'static str, [(&'static str, &'static str); 2], (&'static str, &'static str));

const SIDES: [Side; 2] = [
    (
        "T0ACME",
        "Acme",
        [("U0ADA", "Ada Lovelace"), ("U0GRACE", "Grace Hopper")],
        ("C0GENERAL", "general"),
    ),
    (
        "T0BIRCH",
        "Birch",
        [("U0LINUS", "Linus Pauling"), ("U0MARIE", "Marie Curie")],
        ("C0TOWN", "town-square"),
    ),
];

/// Puts everyone on the stage.
pub(super) fn enter(slack: &SlackEmulator) {
    for (team, name, people, (channel, channel_name)) in SIDES {
        let workspace = slack.add_workspace(team, name);
        for (user, real_name) in people {
            workspace.user(user, real_name);
        }
        workspace.channel(channel, channel_name);
    }
}

/// Installs SyncBot in both workspaces and shares their channels.
pub(super) async fn install(slack: &SlackEmulator, services: &Services) -> anyhow::Result<()> {
    let scopes = shared::slack::scopes::BOT.join(",");
    let mut installed = Vec::new();
    for (team, _, _, (channel, _)) in SIDES {
        let token = SecretString::from(slack.bot_token(team));
        installed.push((
            install::with_token(services, &token, &scopes).await?,
            channel.parse::<ChannelId>()?,
        ));
    }
    let channels: Vec<_> =
        installed.iter().map(|(workspace, channel)| (workspace, channel.clone())).collect();
    install::share(services, "general", &channels).await
}

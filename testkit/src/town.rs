//! Many channels in two workspaces, and SyncBot as processes in between.

use secrecy::SecretString;
use shared::clock::Clock;
use shared::config::{RunConfig, Source};
use shared::ids::ChannelId;
use shared::rng::Rng;
use slack_emulator::{FileSetup, Settings, ShownMessage, SlackEmulator};
use worker::{Services, install};

use crate::{ACME, BIRCH, Process, Side, TestDatabase};

/// Two workspaces with so many pairs of channels. What is said in Acme is to appear in Birch.
#[expect(missing_debug_implementations, reason = "the simulated Slack has none")]
pub struct Town {
    /// Both workspaces.
    pub slack: SlackEmulator,
    variables: Vec<(&'static str, String)>,
}

/// What requests are signed with where [`process_variables`] are used. No log may show it.
pub const SIGNING_SECRET: &str = "hidden signing secret";
const CLIENT_ID: &str = "1.2";
/// See [`SIGNING_SECRET`].
const CLIENT_SECRET: &str = "hidden client secret";

impl Town {
    /// Builds it: installed, every pair of channels in step, nothing running yet.
    pub async fn build(database: &TestDatabase, channels: usize) -> Self {
        Self::build_on(Settings::default(), database, channels).await
    }

    /// As [`Town::build`], on a Slack whose tokens end after twelve hours: those of who installs the app from now on.
    pub async fn build_rotating(database: &TestDatabase, channels: usize) -> Self {
        let settings = Settings { token_rotation_enabled: true, ..Settings::default() };
        Self::build_on(settings, database, channels).await
    }

    async fn build_on(settings: Settings, database: &TestDatabase, channels: usize) -> Self {
        let settings = Settings {
            signing_secret: SIGNING_SECRET.to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            ..settings
        };
        let slack = SlackEmulator::start(settings).await.expect("the emulator starts");
        for side in [ACME, BIRCH] {
            let workspace = slack.add_workspace(side.team, side.name);
            workspace.user(side.person, side.person_name);
            for channel in 0..channels {
                workspace.channel(&channel_of(side, channel), &format!("channel-{channel}"));
            }
        }
        let variables = process_variables(&slack.api_url(), database);
        let town = Self { slack, variables };
        town.install(database, channels).await;
        town
    }

    async fn install(&self, database: &TestDatabase, channels: usize) {
        let source =
            Source::fixed(self.variables.iter().map(|(name, value)| (*name, value.as_str())));
        let config = RunConfig::load(source).expect("a valid configuration").config;
        let db = database.open().await;
        let services = Services::on(db.clone(), &config.worker, Clock::system(), Rng::system())
            .await
            .expect("opened");
        let scopes = shared::slack::scopes::BOT.join(",");
        let mut workspaces = Vec::new();
        for side in [ACME, BIRCH] {
            let token = SecretString::from(self.slack.bot_token(side.team));
            workspaces.push((
                side,
                install::with_token(&services, &token, &scopes).await.expect("installed"),
            ));
        }
        for channel in 0..channels {
            let id = |side| channel_of(side, channel).parse::<ChannelId>().expect("a channel id");
            let pair: Vec<_> =
                workspaces.iter().map(|(side, workspace)| (workspace, id(*side))).collect();
            install::share(&services, "a channel", &pair).await.expect("shared");
        }
        db.close().await;
    }

    /// What every process is configured with.
    pub fn variables(&self) -> Vec<(&str, &str)> {
        self.variables.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// Starts an ingress; events go to the one that was started last.
    pub async fn start_ingress(&self) -> Process {
        self.start_ingress_with(&[]).await
    }

    /// As [`Town::start_ingress`], with further variables.
    pub async fn start_ingress_with(&self, more: &[(&str, &str)]) -> Process {
        let mut process = Process::start("syncbot-ingress", &[], self.variables_and(more));
        self.listen_at(&process.line_with("listening").await).await;
        process
    }

    /// Starts a worker.
    pub fn start_worker(&self) -> Process {
        self.start_worker_with(&[])
    }

    /// As [`Town::start_worker`], with further variables.
    pub fn start_worker_with(&self, more: &[(&str, &str)]) -> Process {
        Process::start("syncbot-worker", &[], self.variables_and(more))
    }

    fn variables_and<'v>(&'v self, more: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
        [self.variables(), more.to_vec()].concat()
    }

    /// Sends events to the address in a log line.
    pub async fn listen_at(&self, line: &str) {
        self.slack
            .set_request_url(&format!("{}/slack/events", url_in(line)))
            .await
            .expect("ingress answers the challenge");
    }

    /// Ada says something in one channel of Acme; returns its ts.
    pub fn says(&self, channel: usize, text: &str) -> String {
        self.slack.say(ACME.team, &channel_of(ACME, channel), ACME.person, text).to_string()
    }

    /// Ada answers in a thread.
    pub fn replies(&self, channel: usize, root: &str, text: &str) {
        self.slack.reply(ACME.team, &channel_of(ACME, channel), ACME.person, root, text);
    }

    /// Ada shares a file without a word.
    pub fn shares(&self, channel: usize, file: FileSetup) {
        self.slack.share(ACME.team, &channel_of(ACME, channel), ACME.person, "", [file]);
    }

    /// Ada changes what she said.
    pub fn edits(&self, channel: usize, ts: &str, text: &str) {
        self.slack.edit(ACME.team, &channel_of(ACME, channel), ACME.person, ts, text);
    }

    /// Ada deletes what she said.
    pub fn deletes(&self, channel: usize, ts: &str) {
        self.slack.delete(ACME.team, &channel_of(ACME, channel), ACME.person, ts);
    }

    /// Ada reacts to what stands in a channel of Acme.
    pub fn reacts(&self, channel: usize, ts: &str, emoji: &str) {
        self.slack.react(ACME.team, &channel_of(ACME, channel), ACME.person, ts, emoji);
    }

    /// What stands in the channel of Birch.
    pub fn texts_in_target(&self, channel: usize) -> Vec<String> {
        self.messages_in_target(channel).into_iter().map(|message| message.text).collect()
    }

    /// What stands in the channel of Birch, with everything that shows.
    pub fn messages_in_target(&self, channel: usize) -> Vec<ShownMessage> {
        self.slack.messages(BIRCH.team, &channel_of(BIRCH, channel))
    }
}

/// Where an ingress listens, by its log line.
pub fn url_in(line: &str) -> String {
    // As JSON, or as a developer reads it.
    let address = line.split(['"', '=']).find(|part| part.starts_with("127.0.0.1:"));
    format!("http://{}", address.expect("the line has the address"))
}

fn channel_of(side: Side, channel: usize) -> String {
    format!("C0{}{channel}", side.name.to_ascii_uppercase())
}

/// What a process is configured with: as in production, but for what a simulated Slack on this machine needs.
pub fn process_variables(api_url: &str, database: &TestDatabase) -> Vec<(&'static str, String)> {
    [
        ("DATABASE_URL", database.url()),
        ("DATABASE_TLS_ENABLED", "false".to_owned()),
        ("SLACK_SIGNING_SECRET", SIGNING_SECRET.to_owned()),
        ("SLACK_CLIENT_ID", CLIENT_ID.to_owned()),
        ("SLACK_CLIENT_SECRET", CLIENT_SECRET.to_owned()),
        ("SLACK_BOT_SCOPES", shared::slack::scopes::BOT.join(",")),
        ("SLACK_USER_SCOPES", shared::slack::scopes::USER.join(",")),
        ("SLACK_API_URL", api_url.to_owned()),
        ("TOKEN_ENCRYPTION_KEY", "hidden token encryption key".to_owned()),
        ("SYNCBOT_PUBLIC_URL", "https://sync.example.org".to_owned()),
        ("SYNCBOT_BIND_ADDRESS", "127.0.0.1".to_owned()),
        ("PORT", "0".to_owned()),
        ("SYNCBOT_SLACK_PACING", "false".to_owned()),
        ("LOG_LEVEL", "DEBUG".to_owned()),
    ]
    .into()
}

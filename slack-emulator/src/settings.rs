//! What an emulator is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// How to start an emulator. The defaults suit tests: a free port on the loopback interface and
/// Slack's own times.
///
/// The secrets in here open nothing but the emulator itself.
#[derive(Clone)]
pub struct Settings {
    /// Where to listen.
    pub bind: SocketAddr,
    /// Host names besides those of the loopback interface under which the emulator may be asked,
    /// such as its name in a container network.
    pub allowed_hosts: Vec<String>,
    /// How others reach the emulator, if not by the address it listens on: `http://host:port`.
    pub public_url: Option<String>,
    /// The id of the app that is installed in each workspace.
    pub app_id: String,
    /// The name of that app and of its bot user.
    pub app_name: String,
    /// The app's OAuth client id.
    pub client_id: String,
    /// The app's OAuth client secret.
    pub client_secret: String,
    /// Where the app may have people sent back to: these addresses and what is below them. Without
    /// any, every address of `https`, and of `http` on the loopback interface.
    /// <https://docs.slack.dev/authentication/installing-with-oauth>
    pub redirect_urls: Vec<String>,
    /// Whether the app's tokens end after twelve hours of [`crate::SlackEmulator::advance`] and real
    /// time, and are made anew. <https://docs.slack.dev/authentication/using-token-rotation>
    pub token_rotation_enabled: bool,
    /// What events are signed with.
    pub signing_secret: String,
    /// The scopes that the app is granted in a workspace which it is added to without being asked.
    pub scopes: Vec<String>,
    /// How long the receiver has to answer an event: three seconds at Slack.
    pub event_timeout: Duration,
    /// The waits before the first, second and third retry of an event.
    pub retry_delays: [Duration; 3],
    /// The wait between the further retries of "Delayed Events".
    pub delayed_retry_every: Duration,
    /// How many further retries "Delayed Events" makes.
    pub delayed_retries: u32,
    /// How long an event is held back for the next one that is to overtake it.
    pub reorder_hold: Duration,
    /// How many calls, deliveries and finished events are remembered.
    pub record_limit: usize,
    /// Fixes ids and random latencies. Without it each run differs.
    pub seed: Option<u64>,
}

/// The scopes that an app which copies messages between channels asks for.
pub const DEFAULT_SCOPES: [&str; 19] = [
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.customize",
    "commands",
    "emoji:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
    "users:read.email",
];

impl Default for Settings {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allowed_hosts: Vec::new(),
            public_url: None,
            app_id: "A0EMULATED".to_owned(),
            app_name: "SyncBot".to_owned(),
            client_id: "1000000001.2000000002".to_owned(),
            client_secret: "emulated-client-secret".to_owned(),
            redirect_urls: Vec::new(),
            token_rotation_enabled: false,
            signing_secret: "emulated-signing-secret".to_owned(),
            scopes: DEFAULT_SCOPES.map(str::to_owned).to_vec(),
            event_timeout: Duration::from_secs(3),
            retry_delays: [Duration::ZERO, Duration::from_mins(1), Duration::from_mins(5)],
            delayed_retry_every: Duration::from_hours(1),
            delayed_retries: 24,
            reorder_hold: Duration::from_millis(100),
            record_limit: 100_000,
            seed: None,
        }
    }
}

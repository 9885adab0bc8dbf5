//! The public face: [`SlackEmulator`].
//!
//! * `stage`: who and what is in the workspaces; `people`, `apps`, `channels`, `directory`: what happens
//!   there; `installing`, `tokens`: what people let the app do; `bot`: its bot
//! * `steer`: what goes wrong, and when
//! * `inspect`: what was asked and sent, and waiting for it

mod apps;
mod bot;
mod channels;
mod directory;
mod inspect;
mod installing;
mod people;
mod stage;
mod steer;
mod tokens;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::core::Core;
use crate::settings::Settings;
use crate::{events, server};

pub use inspect::TimedOut;
pub use stage::WorkspaceHandle;

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}")]
    Bind(SocketAddr, #[source] std::io::Error),
    /// The HTTP client that sends events cannot be made.
    #[error("cannot make an HTTP client")]
    Client(#[source] reqwest::Error),
}

/// A simulated Slack with its own HTTP server. Dropping it stops it.
pub struct SlackEmulator {
    core: Arc<Core>,
    address: SocketAddr,
}

impl SlackEmulator {
    /// Starts an emulator without workspaces. Its tasks run on the present runtime.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let unbound = |error| StartError::Bind(settings.bind, error);
        let listener = TcpListener::bind(settings.bind).await.map_err(unbound)?;
        let address = listener.local_addr().map_err(unbound)?;
        let client = events::client().map_err(StartError::Client)?;
        let base_url = settings
            .public_url
            .as_ref()
            .map_or_else(|| local_url(address), |url| url.trim_end_matches('/').to_owned());
        let core = Core::new(settings, base_url, client);
        // The server ends in its own time, to let answers out.
        core.tasks.spawn(server::serve(Arc::clone(&core), listener));
        core.spawn(events::keep_schedule(Arc::clone(&core)));
        Ok(Self { core, address })
    }

    /// Stops the emulator, and returns when everything in it has ended.
    pub async fn shutdown(self) {
        self.core.stop.cancel();
        self.core.tasks.close();
        self.core.tasks.wait().await;
    }

    /// The address that the server listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the page is: `http://127.0.0.1:8700`.
    pub fn url(&self) -> &str {
        &self.core.base_url
    }

    /// Where the Web API is, ready for the name of a method: `http://127.0.0.1:8700/api/`.
    pub fn api_url(&self) -> String {
        format!("{}/api/", self.core.base_url)
    }

    /// Where people are sent to install the app: `http://127.0.0.1:8700/oauth/v2/authorize`.
    pub fn authorize_url(&self) -> String {
        self.core.authorize_url()
    }

    /// What events are signed with.
    pub fn signing_secret(&self) -> &str {
        &self.core.settings.signing_secret
    }

    /// The app's id.
    pub fn app_id(&self) -> &str {
        &self.core.settings.app_id
    }

    /// The app's OAuth client id.
    pub fn client_id(&self) -> &str {
        &self.core.settings.client_id
    }

    /// The app's OAuth client secret.
    pub fn client_secret(&self) -> &str {
        &self.core.settings.client_secret
    }
}

impl Drop for SlackEmulator {
    fn drop(&mut self) {
        self.core.stop.cancel();
    }
}

/// An address that means all interfaces is none to connect to.
fn local_url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    format!("http://{address}")
}

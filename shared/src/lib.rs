//! The vocabulary that every SyncBot process shares.
//!
//! Dependencies inside point one way: [`mod@failpoint`], [`ids`], [`clock`] and [`rng`] know nothing;
//! [`config`] and [`crypto`] know those; [`db`] and [`slack`] come next; [`queue`] and
//! [`tables`] stand on the database. Nothing here knows ingress or worker.
#![warn(missing_docs)]

pub mod clock;
pub mod config;
pub mod crypto;
pub mod db;
pub mod echo;
pub mod error;
pub mod failpoint;
pub mod grant;
pub mod home;
pub mod ids;
pub mod install;
pub mod jobs;
pub mod process;
pub mod queue;
pub mod rng;
pub mod slack;
pub mod tables;
pub mod telemetry;

use std::time::Duration;

/// An HTTP client with Rustls and a time to connect in; each call sets its own deadline too.
#[expect(clippy::disallowed_methods, reason = "the one place that builds clients")]
pub fn http_client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    // Fails when a provider is installed already, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("SyncBot/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .timeout(timeout)
        .build()
}

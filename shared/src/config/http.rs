//! Where the HTTP server listens and what it accepts.

use std::net::{IpAddr, SocketAddr};

use super::reader::Reader;

/// The HTTP server of ingress.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Address and port to listen on.
    pub bind: SocketAddr,
    /// Largest body of a request from Slack, in bytes.
    pub slack_body_limit: usize,
}

const MIB: usize = 1024 * 1024;
const FALLBACK_PORT: u16 = 3000;

impl HttpConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let address = reader.parsed("SYNCBOT_BIND_ADDRESS", |text| text.parse::<IpAddr>().ok());
        let port = reader.text("PORT").map_or(FALLBACK_PORT, |text| {
            text.parse().unwrap_or_else(|_| {
                reader.warn(format!("PORT is not a port number: listening on {FALLBACK_PORT}"));
                FALLBACK_PORT
            })
        });
        let limit = reader.parsed("FEDERATION_HTTP_MAX_MB", |text| {
            text.parse::<usize>().ok().filter(|mib| *mib <= 1024)
        });
        Some(Self {
            bind: SocketAddr::new(address?, port),
            slack_body_limit: limit.map(|mib| mib.max(1) * MIB)?,
        })
    }
}

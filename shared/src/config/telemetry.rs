//! What a process tells about itself.

use std::str::FromStr;

use url::Url;

use super::reader::Reader;

/// How much is logged, by the names of the deployment contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

impl FromStr for LogLevel {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.to_ascii_uppercase().as_str() {
            "DEBUG" => Ok(Self::Debug),
            "INFO" => Ok(Self::Info),
            "WARNING" => Ok(Self::Warning),
            "ERROR" => Ok(Self::Error),
            "CRITICAL" => Ok(Self::Critical),
            _ => Err(()),
        }
    }
}

/// Logs and traces.
#[derive(Debug, Clone)]
pub struct TelemetryConfig {
    /// How much is logged.
    pub log_level: LogLevel,
    /// Text for a person at a terminal, instead of JSON lines.
    pub readable: bool,
    /// Base address of an OTLP/HTTP collector.
    pub otlp_endpoint: Option<Url>,
}

impl TelemetryConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
        let log_level = reader.parsed("LOG_LEVEL", |text| text.parse().ok());
        let collector = |text: &str| {
            let url = Url::parse(text).ok()?;
            (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
        };
        let otlp_endpoint =
            if reader.uses(ENDPOINT) { reader.parsed(ENDPOINT, collector) } else { None };
        Some(Self { log_level: log_level?, readable: reader.is_local(), otlp_endpoint })
    }
}

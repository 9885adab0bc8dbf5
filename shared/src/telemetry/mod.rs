//! Logs and traces of a process.
//!
//! Logs are one JSON object a line in production and readable text on a developer's machine. Traces go
//! to an OTLP collector when one is configured. Neither ever carries message text, names, e-mail
//! addresses or secrets: ids only.

mod context;
mod export;

use std::io::IsTerminal as _;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Registry, fmt};

pub use context::{link_to, trace_context};

use crate::config::{LogLevel, TelemetryConfig};

/// Whoever stops a process waits ten seconds, perhaps; its requests and jobs come first.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// Keeps telemetry alive. To be shut down before the process ends, or the last spans are lost.
#[derive(Debug)]
#[must_use = "telemetry ends when this is dropped"]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

impl Telemetry {
    /// Starts logging, and exporting traces if a collector is configured. Must be called inside the runtime,
    /// once per process. `service` names the process, such as `syncbot-ingress`.
    pub fn start(config: &TelemetryConfig, service: &'static str) -> Result<Self, TelemetryError> {
        let traces = match &config.otlp_endpoint {
            Some(endpoint) => Some(export::provider(endpoint, service)?),
            None => None,
        };
        let spans = traces.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("syncbot"))
                .with_filter(filter(config.log_level))
        });
        tracing_subscriber::registry()
            .with(spans)
            .with(lines(config))
            .try_init()
            .map_err(|_| TelemetryError::Twice)?;
        Ok(Self { traces })
    }

    /// Sends what is left, if that can be done in two seconds.
    pub async fn shutdown(self) {
        let Some(provider) = self.traces else { return };
        let (sent, sending) = tokio::sync::oneshot::channel();
        // It blocks, for as long as the collector likes: on a thread that the process does not wait for.
        std::thread::spawn(move || sent.send(provider.shutdown()));
        match tokio::time::timeout(SHUTDOWN_TIMEOUT, sending).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "the last traces could not be sent"),
            Ok(Err(_)) | Err(_) => tracing::warn!("the last traces could not be sent in time"),
        }
    }
}

/// Telemetry cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// A process has one log.
    #[error("logging was started twice")]
    Twice,
    /// The exporter refused its settings.
    #[error("traces cannot be exported")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
    /// No HTTP client for it.
    #[error("traces cannot be exported without an HTTP client")]
    Client(#[source] reqwest::Error),
}

type Lines<S> = Box<dyn Layer<S> + Send + Sync>;

fn lines<S>(config: &TelemetryConfig) -> Lines<S>
where
    S: tracing::Subscriber
        + for<'span> tracing_subscriber::registry::LookupSpan<'span>
        + Send
        + Sync,
{
    let filter = filter(config.log_level);
    if config.readable {
        let colours = std::io::stdout().is_terminal();
        return fmt::layer()
            .compact()
            .with_target(false)
            .with_ansi(colours)
            .with_filter(filter)
            .boxed();
    }
    fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_filter(filter)
        .boxed()
}

/// Libraries speak up only about what an operator can act on.
fn filter(level: LogLevel) -> EnvFilter {
    let (own, others) = match level {
        LogLevel::Debug => ("debug", "info"),
        LogLevel::Info => ("info", "warn"),
        LogLevel::Warning => ("warn", "warn"),
        LogLevel::Error | LogLevel::Critical => ("error", "error"),
    };
    let crates = ["shared", "ingress", "worker", "syncbot", "slack_emulator"];
    let own: Vec<String> = crates.iter().map(|name| format!("{name}={own}")).collect();
    // What the pool says of each lost connection, callers say once.
    EnvFilter::new(format!("{others},sqlx_core::pool=off,{}", own.join(",")))
}

/// Keeps the type of the subscriber in one place for the tests of layers.
#[doc(hidden)]
pub type Subscriber = Registry;

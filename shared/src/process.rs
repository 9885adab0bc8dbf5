//! What every process does: read its configuration, start telemetry, run until told to stop.

use std::process::ExitCode;

use crate::config::{ConfigError, Loaded, TelemetryConfig};
use crate::telemetry::Telemetry;

/// Exit status of a process whose configuration cannot be used.
pub const EXIT_CONFIG: u8 = 2;

/// The `main` of a process: exits with 2 if the configuration cannot be used, with 1 if `run` fails.
#[expect(clippy::print_stderr, reason = "there is no log yet, or it may not show")]
pub fn main<C, E, Fut>(
    service: &'static str,
    loaded: Result<Loaded<C>, ConfigError>,
    telemetry: impl FnOnce(&C) -> &TelemetryConfig,
    run: impl FnOnce(C) -> Fut,
) -> ExitCode
where
    E: std::fmt::Display,
    Fut: Future<Output = Result<(), E>>,
{
    crate::failpoint::arm();
    let Loaded { config, warnings } = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            eprintln!("{service}: {error}");
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{service}: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let telemetry = match Telemetry::start(telemetry(&config), service) {
            Ok(telemetry) => telemetry,
            Err(error) => {
                eprintln!("{service}: {error}");
                return ExitCode::FAILURE;
            }
        };
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        tracing::info!(version = env!("CARGO_PKG_VERSION"), "{service} starts");
        let ended = run(config).await;
        let code = match ended {
            Ok(()) => {
                tracing::info!("{service} ends");
                ExitCode::SUCCESS
            }
            Err(error) => {
                tracing::error!("{service} cannot go on: {error:#}");
                ExitCode::FAILURE
            }
        };
        telemetry.shutdown();
        code
    })
}

/// Ends when the process is asked to stop: SIGTERM, or Ctrl-C.
pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("the runtime can listen to signals");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("asked to stop");
}

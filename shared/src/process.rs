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
    E: AsRef<dyn std::error::Error + Send + Sync>,
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
    raise_open_files_limit();
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
                let error: &(dyn std::error::Error + 'static) = error.as_ref();
                tracing::error!("{service} cannot go on: {}", crate::error::chain(error));
                ExitCode::FAILURE
            }
        };
        telemetry.shutdown().await;
        code
    })
}

/// Ends when the process is asked to stop: SIGTERM, or Ctrl-C. From this call on, SIGTERM alone no longer
/// ends the process.
pub fn stop_signal() -> impl Future<Output = ()> + Send + 'static {
    let terminated = terminated();
    async {
        tokio::select! {
            () = terminated => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("asked to stop");
    }
}

#[cfg(unix)]
fn terminated() -> impl Future<Output = ()> + Send + 'static {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("the runtime can listen to signals");
    async move {
        let _ = terminate.recv().await;
    }
}

/// Windows has no signal for it.
#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}

/// How many files and connections this process may have open; `None`: there is no limit, or none is known.
#[cfg(unix)]
pub fn open_files_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

/// Windows has no such limit.
#[cfg(not(unix))]
pub fn open_files_limit() -> Option<u64> {
    None
}

/// Shells and service managers start processes with a low limit that each may raise by itself.
#[cfg(unix)]
fn raise_open_files_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // macOS refuses more than this, whatever it says that the most is.
    let most = if cfg!(target_os = "macos") {
        Some(maximum.unwrap_or(10_240).min(10_240))
    } else {
        maximum
    };
    // Those that refuse leave what was there, which does as well.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: most, maximum });
}

#[cfg(not(unix))]
fn raise_open_files_limit() {}

//! SQLite: one file, one writer, several readers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Executor as _, Sqlite};

use super::super::Pools;
use super::{Lender, Obstacle, OpenError, STATEMENT_CACHE, connected};
use crate::config::{DatabaseConfig, DatabaseTarget};

/// How long to wait while another process creates the file, or turns its journal.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many connections may read at the same time.
const READERS: u32 = 4;

pub(super) async fn pools(config: &DatabaseConfig) -> Result<Pools, Obstacle> {
    let DatabaseTarget::File(path) = &config.target else { unreachable!("SQLite lives in a file") };
    let options = options(&absolute(path)?);
    let writer = PoolOptions::<Sqlite>::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .after_connect(|connection, _| {
            Box::pin(async move {
                // Whoever waits long asks too rarely: see `sqlite::begin`.
                connection.execute("PRAGMA busy_timeout = 10").await?;
                Ok(())
            })
        });
    let writer = connected(writer, options.clone()).await?;
    let readers = PoolOptions::new().max_connections(READERS);
    let readers = Lender::new(readers, options.pragma("query_only", "ON"));
    Ok(Pools::Sqlite { writer, readers })
}

pub(super) fn exists(config: &DatabaseConfig) -> bool {
    matches!(&config.target, DatabaseTarget::File(path) if path.is_file())
}

fn absolute(path: &Path) -> Result<PathBuf, OpenError> {
    let path = std::path::absolute(path).map_err(|error| OpenError::Creation(error.to_string()))?;
    match path.parent() {
        Some(folder) if folder.is_dir() => Ok(path),
        _ => Err(OpenError::Creation(format!("the folder of {} does not exist", path.display()))),
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENT_CACHE)
        .disable_statement_logging()
}

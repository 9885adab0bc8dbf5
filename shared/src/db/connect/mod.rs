//! Opens the database: patient with one that is still starting, short with one that will never work.

mod error;
mod mysql;
mod postgres;
mod sqlite;

use std::time::Duration;

use secrecy::ExposeSecret as _;
use sqlx::pool::PoolOptions;
use sqlx::{ConnectOptions as _, Connection, Database};

use super::error::DbError;
use super::lender::Lender;
use super::{Db, Engine, Pools};
use crate::clock::Clock;
use crate::config::{DatabaseConfig, DatabaseTarget};

pub use error::OpenError;
pub(super) use error::{is_missing_right, mysql_number};

/// How long to wait for a database that cannot be reached.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How often to try.
    pub tries: u32,
    /// How long to wait in between.
    pub pause: Duration,
}

impl Default for Patience {
    /// Half a minute: what a database container takes to start.
    fn default() -> Self {
        Self { tries: 15, pause: Duration::from_secs(2) }
    }
}

/// A server that takes a connection and then says nothing counts as not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Statements are few and known; a cache that never evicts keeps every one of them prepared.
const STATEMENT_CACHE: usize = 512;

impl Db {
    /// Opens the database and brings its schema up to date. `connections`: how many may be in use at
    /// once. A server's database that does not exist is created; so is a SQLite file.
    pub async fn open(
        config: &DatabaseConfig,
        connections: u32,
        patience: Patience,
        clock: &Clock,
    ) -> Result<Self, OpenError> {
        Self::open_as(Opening::ToRun, config, connections, patience, clock).await
    }

    /// Opens a database that must exist and be up to date: a person who looks at it does not mean to make
    /// an empty one by a slip in the address, nor to bring it up to date under those that run on it.
    pub async fn open_existing(
        config: &DatabaseConfig,
        connections: u32,
        patience: Patience,
        clock: &Clock,
    ) -> Result<Self, OpenError> {
        Self::open_as(Opening::ToLook, config, connections, patience, clock).await
    }

    async fn open_as(
        opening: Opening,
        config: &DatabaseConfig,
        connections: u32,
        patience: Patience,
        clock: &Clock,
    ) -> Result<Self, OpenError> {
        let place = place(config);
        let mut tries = 1;
        loop {
            let error = match Self::try_open(opening, config, connections, &place).await {
                Ok(db) => return Ok(db),
                Err(Obstacle::Final(error)) => return Err(error),
                Err(Obstacle::Passing(error)) => error,
            };
            let source = DbError::of(error, "CONNECT");
            if opening == Opening::ToLook && error::is_missing(&source) {
                return Err(OpenError::Missing { place });
            }
            let is_final = config.engine == Engine::Sqlite && source.is_unavailable();
            if is_final || !source.is_unavailable() && !source.is_contention() {
                return Err(error::refused(&place, source));
            }
            if tries >= patience.tries {
                return Err(OpenError::Unreachable { place, tries, source });
            }
            tracing::warn!(db.place = %place, db.tries = tries, error = %crate::error::chain(&source), "the database is not there yet, waiting for it");
            tries += 1;
            clock.sleep(patience.pause).await;
        }
    }

    async fn try_open(
        opening: Opening,
        config: &DatabaseConfig,
        connections: u32,
        place: &str,
    ) -> Result<Self, Obstacle> {
        if opening == Opening::ToLook && config.engine == Engine::Sqlite && !sqlite::exists(config)
        {
            return Err(Obstacle::Final(OpenError::Missing { place: place.to_owned() }));
        }
        let pools = pools(opening, config, connections);
        let pools = tokio::time::timeout(CONNECT_TIMEOUT, pools).await;
        let pools = pools.unwrap_or(Err(Obstacle::Passing(sqlx::Error::PoolTimedOut)))?;
        let db = Self { pools };
        match opening {
            Opening::ToRun => db.migrate().await?,
            Opening::ToLook if db.is_current().await => {}
            Opening::ToLook => {
                return Err(Obstacle::Final(OpenError::Outdated { place: place.to_owned() }));
            }
        }
        Ok(db)
    }
}

async fn pools(
    opening: Opening,
    config: &DatabaseConfig,
    connections: u32,
) -> Result<Pools, Obstacle> {
    Ok(match config.engine {
        Engine::Postgres => {
            let options = postgres::options(config)?;
            if opening == Opening::ToRun {
                postgres::create_database(config, &options).await?;
            }
            Pools::Postgres(postgres::pool(options, connections).await?)
        }
        Engine::MySql => {
            let options = mysql::options(config)?;
            if opening == Opening::ToRun {
                mysql::create_database(config, &options).await?;
            }
            Pools::MySql(mysql::pool(options, connections).await?)
        }
        Engine::Sqlite => sqlite::pools(config).await?,
    })
}

/// What a database is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// It is made if it is missing, and brought up to date.
    ToRun,
    /// It is left as it is.
    ToLook,
}

/// Why one try failed, and whether another may succeed.
pub(super) enum Obstacle {
    /// Judged by the caller: some errors pass, some do not.
    Passing(sqlx::Error),
    Final(OpenError),
}

impl From<sqlx::Error> for Obstacle {
    fn from(error: sqlx::Error) -> Self {
        Self::Passing(error)
    }
}

impl From<OpenError> for Obstacle {
    fn from(error: OpenError) -> Self {
        Self::Final(error)
    }
}

/// Host and port, or the file: what may be shown of an address.
fn place(config: &DatabaseConfig) -> String {
    match &config.target {
        DatabaseTarget::File(path) => path.display().to_string(),
        DatabaseTarget::Server { host, port, .. } => format!("{host}:{port}"),
        DatabaseTarget::Url(url) => {
            let url = url::Url::parse(url.expose_secret()).ok();
            let host =
                url.as_ref().and_then(url::Url::host_str).unwrap_or("the configured address");
            let port = url.as_ref().and_then(url::Url::port).map(|port| format!(":{port}"));
            format!("{host}{}", port.unwrap_or_default())
        }
    }
}

/// Opens and closes one connection first: a pool only ever says that it waited too long.
async fn connected<DB: Database>(
    pool: PoolOptions<DB>,
    options: <DB::Connection as Connection>::Options,
) -> sqlx::Result<Lender<DB>> {
    options.connect().await?.close().await?;
    Ok(Lender::new(pool, options))
}

/// `CREATE DATABASE` and the name in quotes: without them capitals are lost, and words of SQL are no names.
fn create_statement(verb: &str, schema: &str, quote: char) -> Result<String, OpenError> {
    let plain = !schema.is_empty()
        && schema.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain {
        Ok(format!("{verb} {quote}{schema}{quote}"))
    } else {
        Err(OpenError::Creation(format!(
            "the name `{schema}` has other characters than letters, digits and underscores"
        )))
    }
}

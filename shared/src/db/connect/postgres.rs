//! PostgreSQL: options, pool, and a database that does not exist yet.

use secrecy::ExposeSecret as _;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Postgres};

use super::{Lender, Obstacle, STATEMENT_CACHE, connected, create_statement};
use crate::config::{DatabaseConfig, DatabaseTarget, Tls};

pub(super) fn options(config: &DatabaseConfig) -> sqlx::Result<PgConnectOptions> {
    let options = match &config.target {
        DatabaseTarget::Url(url) => url.expose_secret().parse::<PgConnectOptions>()?,
        DatabaseTarget::Server { host, port, user, password, schema } => {
            PgConnectOptions::new_without_pgpass()
                .host(host)
                .port(*port)
                .username(user)
                .password(password.expose_secret())
                .database(schema)
        }
        DatabaseTarget::File(_) => unreachable!("a file belongs to SQLite"),
    };
    let options = match &config.tls {
        Tls::AsInUrl { ca: None } => options,
        Tls::AsInUrl { ca: Some(ca) } => options.ssl_root_cert(ca),
        Tls::Off => options.ssl_mode(PgSslMode::Disable),
        Tls::Verify { ca: None } => options.ssl_mode(PgSslMode::VerifyFull),
        Tls::Verify { ca: Some(ca) } => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(ca),
    };
    Ok(options
        .application_name("syncbot")
        .statement_cache_capacity(STATEMENT_CACHE)
        .disable_statement_logging())
}

pub(super) async fn pool(
    options: PgConnectOptions,
    connections: u32,
) -> sqlx::Result<Lender<Postgres>> {
    let pool = PoolOptions::<Postgres>::new().max_connections(connections).after_connect(
        |connection, _| {
            Box::pin(async move {
                // A process that is frozen inside a transaction must not hold its locks for ever.
                connection.execute("SET idle_in_transaction_session_timeout = '15s'").await?;
                connection.execute("SET lock_timeout = '5s'").await?;
                Ok(())
            })
        },
    );
    connected(pool, options).await
}

/// Creates the database that a server lacks. One that exists is left alone, also when the user has no
/// right to create any.
pub(super) async fn create_database(
    config: &DatabaseConfig,
    options: &PgConnectOptions,
) -> Result<(), Obstacle> {
    let DatabaseTarget::Server { schema, .. } = &config.target else { return Ok(()) };
    let missing = match options.connect().await {
        Ok(connection) => return Ok(connection.close().await?),
        Err(error) if has_code(&error, &["3D000"]) => error,
        Err(error) => return Err(error.into()),
    };
    let maintenance = options.clone().database("postgres").connect().await;
    let mut connection = maintenance.map_err(|_| missing)?;
    let statement = create_statement("CREATE DATABASE", schema, '"')?;
    match connection.execute(AssertSqlSafe(statement)).await {
        // Another process that starts now was first (unique violation: at the very same moment).
        Err(error) if !has_code(&error, &["42P04", "23505"]) => Err(error.into()),
        _ => Ok(connection.close().await?),
    }
}

fn has_code(error: &sqlx::Error, codes: &[&str]) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| codes.contains(&&*code))
}

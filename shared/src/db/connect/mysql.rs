//! MySQL and MariaDB: options, pool, and a database that does not exist yet.

use secrecy::ExposeSecret as _;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::pool::PoolOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, MySql};

use super::error::mysql_number;
use super::{Lender, Obstacle, STATEMENT_CACHE, connected, create_statement};
use crate::config::{DatabaseConfig, DatabaseTarget, Tls};

pub(super) fn options(config: &DatabaseConfig) -> sqlx::Result<MySqlConnectOptions> {
    let options = match &config.target {
        DatabaseTarget::Url(url) => url.expose_secret().parse::<MySqlConnectOptions>()?,
        DatabaseTarget::Server { host, port, user, password, schema } => {
            let options =
                MySqlConnectOptions::new().host(host).port(*port).username(user).database(schema);
            // An empty password is no password to a server; to the driver it would be one to prove.
            match password.expose_secret() {
                "" => options,
                password => options.password(password),
            }
        }
        DatabaseTarget::File(_) => unreachable!("a file belongs to SQLite"),
    };
    let options = match &config.tls {
        Tls::AsInUrl { ca: None } => options,
        Tls::AsInUrl { ca: Some(ca) } => options.ssl_ca(ca),
        Tls::Off => options.ssl_mode(MySqlSslMode::Disabled),
        Tls::Verify { ca: None } => options.ssl_mode(MySqlSslMode::VerifyIdentity),
        Tls::Verify { ca: Some(ca) } => options.ssl_mode(MySqlSslMode::VerifyIdentity).ssl_ca(ca),
    };
    Ok(options
        .charset("utf8mb4")
        .statement_cache_capacity(STATEMENT_CACHE)
        .disable_statement_logging())
}

pub(super) async fn pool(
    options: MySqlConnectOptions,
    connections: u32,
) -> sqlx::Result<Lender<MySql>> {
    let pool = PoolOptions::<MySql>::new().max_connections(connections).after_connect(|connection, _| {
        Box::pin(async move {
            // Gap locks of the default level make queues deadlock.
            connection.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED").await?;
            // Refuse values that do not fit; never cut them.
            connection
                .execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'")
                .await?;
            // MariaDB alone can end a transaction whose process is frozen.
            connection
                .execute("SET SESSION innodb_lock_wait_timeout = 5 /*M!, SESSION idle_transaction_timeout = 15 */")
                .await?;
            Ok(())
        })
    });
    connected(pool, options).await
}

/// Creates the database that a server lacks. One that exists is left alone, also when the user has no
/// right to create any.
pub(super) async fn create_database(
    config: &DatabaseConfig,
    options: &MySqlConnectOptions,
) -> Result<(), Obstacle> {
    const UNKNOWN_DATABASE: u16 = 1049;
    let DatabaseTarget::Server { schema, .. } = &config.target else { return Ok(()) };
    match options.connect().await {
        Ok(connection) => return Ok(connection.close().await?),
        Err(error) if mysql_number(&error) == Some(UNKNOWN_DATABASE) => {}
        Err(error) => return Err(error.into()),
    }
    let statement = create_statement("CREATE DATABASE IF NOT EXISTS", schema, '`')?;
    // The driver has no "no database"; every server has this one, and every user may look at it.
    let mut connection = options.clone().database("information_schema").connect().await?;
    connection.execute(AssertSqlSafe(format!("{statement} CHARACTER SET utf8mb4"))).await?;
    Ok(connection.close().await?)
}

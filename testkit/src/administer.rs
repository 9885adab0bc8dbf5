//! What an administrator does on a server.

use secrecy::ExposeSecret as _;
use shared::config::{DatabaseConfig, DatabaseTarget};
use shared::db::Engine;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};

/// Runs a statement on the server of this database, outside of the database itself. SQLite has no server.
pub(crate) async fn administer(config: &DatabaseConfig, statement: String) -> sqlx::Result<()> {
    let DatabaseTarget::Server { host, port, user, password, .. } = &config.target else {
        return Ok(());
    };
    let (password, statement) = (password.expose_secret(), AssertSqlSafe(statement));
    match config.engine {
        Engine::Postgres => {
            let options =
                sqlx::postgres::PgConnectOptions::new_without_pgpass().host(host).port(*port);
            let options = options.username(user).password(password).database("postgres");
            options.connect().await?.execute(statement).await?;
        }
        Engine::MySql => {
            let options = sqlx::mysql::MySqlConnectOptions::new().host(host).port(*port);
            let options = options.username(user);
            let options = if password.is_empty() { options } else { options.password(password) };
            options.connect().await?.execute(statement).await?;
        }
        Engine::Sqlite => {}
    }
    Ok(())
}

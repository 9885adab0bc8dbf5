//! MySQL and MariaDB commit each change of the schema by itself, so a process that is killed leaves a
//! migration half applied. It is run statement by statement, and whoever comes next finishes it: what its
//! statements made already is passed over.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sqlx::migrate::{Migrate as _, MigrateError, Migration, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Executor as _, MySql, MySqlConnection};

use super::super::connect::mysql_number;

const TABLE: &str = "_sqlx_migrations";
/// As long as another process may take to bring the schema up to date.
const LOCK_SECONDS: u8 = 60;
/// And so long the server may take to answer that.
const LOCK_TIMEOUT: Duration = Duration::from_secs(70);

/// Under a lock of our own: the one of sqlx waits for `-1` seconds, which MariaDB takes for none at all.
pub(super) async fn migrate(
    mut connection: PoolConnection<MySql>,
    known: &Migrator,
) -> Result<(), MigrateError> {
    let migrated = match tokio::time::timeout(LOCK_TIMEOUT, lock(&mut connection)).await {
        Ok(Ok(())) => apply_missing(&mut connection, known).await,
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(MigrateError::Execute(sqlx::Error::PoolTimedOut)),
    };
    // A connection that failed may hold the lock: it is closed, and the server lets go.
    if migrated.is_err() {
        drop(connection.detach());
    } else {
        connection.execute("DO RELEASE_LOCK(@migration_lock)").await?;
    }
    migrated
}

#[expect(
    clippy::disallowed_methods,
    reason = "a lock of one connection, not a statement of the product"
)]
async fn lock(connection: &mut MySqlConnection) -> sqlx::Result<()> {
    // Locks are named per server, not per database.
    connection
        .execute("SET @migration_lock = SHA1(CONCAT('syncbot.migrate.', DATABASE()))")
        .await?;
    let (locked,): (Option<i64>,) = sqlx::query_as("SELECT GET_LOCK(@migration_lock, ?)")
        .bind(LOCK_SECONDS)
        .fetch_one(connection)
        .await?;
    if locked == Some(1) { Ok(()) } else { Err(sqlx::Error::PoolTimedOut) }
}

async fn apply_missing(
    connection: &mut MySqlConnection,
    known: &Migrator,
) -> Result<(), MigrateError> {
    connection.ensure_migrations_table(TABLE).await?;
    let applied = connection.list_applied_migrations(TABLE).await?;
    let unfinished = unfinished(connection).await?;
    let applied: BTreeMap<i64, _> =
        applied.into_iter().map(|applied| (applied.version, applied.checksum)).collect();
    for migration in known.iter() {
        match applied.get(&migration.version) {
            Some(checksum) if *checksum != migration.checksum => {
                return Err(MigrateError::VersionMismatch(migration.version));
            }
            Some(_) if !unfinished.contains(&migration.version) => {}
            Some(_) => {
                tracing::info!(
                    migration.version,
                    "finishing a migration that another process began"
                );
                run(connection, migration, true).await?;
            }
            None => {
                note_begun(connection, migration).await?;
                run(connection, migration, false).await?;
            }
        }
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "before there are tables of the product")]
async fn unfinished(connection: &mut MySqlConnection) -> sqlx::Result<Vec<i64>> {
    let rows: Vec<(i64,)> =
        sqlx::query_as("SELECT version FROM _sqlx_migrations WHERE success = FALSE")
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|(version,)| version).collect())
}

#[expect(clippy::disallowed_methods, reason = "before there are tables of the product")]
async fn note_begun(connection: &mut MySqlConnection, migration: &Migration) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (?, ?, FALSE, ?, -1)")
        .bind(migration.version)
        .bind(&*migration.description)
        .bind(&*migration.checksum)
        .execute(connection)
        .await
        .map(drop)
}

/// `again`: another process began, so what a statement makes may be there already. If not, it is somebody
/// else's, and an error.
async fn run(
    connection: &mut MySqlConnection,
    migration: &Migration,
    again: bool,
) -> Result<(), MigrateError> {
    let began = Instant::now();
    let failed = |error| MigrateError::ExecuteMigration(error, migration.version);
    for statement in statements(migration.sql.as_str()) {
        match connection.execute(AssertSqlSafe(statement)).await {
            Ok(_) => {}
            Err(error) if again && is_done_already(&error) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    note_done(connection, migration, began.elapsed()).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "before there are tables of the product")]
async fn note_done(
    connection: &mut MySqlConnection,
    migration: &Migration,
    took: Duration,
) -> sqlx::Result<()> {
    let nanos = i64::try_from(took.as_nanos()).unwrap_or(i64::MAX);
    sqlx::query("UPDATE _sqlx_migrations SET success = TRUE, execution_time = ? WHERE version = ?")
        .bind(nanos)
        .bind(migration.version)
        .execute(connection)
        .await
        .map(drop)
}

/// `IF NOT EXISTS` would say so too, but MySQL has it for tables alone, and MariaDB for columns and keys as
/// well. Each statement is atomic on both, so what is there is there completely.
fn is_done_already(error: &sqlx::Error) -> bool {
    // Table, column, key exists; column or key to be dropped does not; nor does the table.
    matches!(mysql_number(error), Some(1050 | 1060 | 1061 | 1091 | 1051))
}

/// The statements of a migration: what stands between semicolons outside quotes and comments.
fn statements(text: &str) -> Vec<String> {
    let (mut statements, mut statement, mut rest) = (Vec::new(), String::new(), text);
    while let Some(c) = rest.chars().next() {
        let end = match c {
            '-' if rest.starts_with("--") => {
                // Not part of any statement.
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '\'' | '"' | '`' => rest[1..].find(c).map_or(rest.len(), |end| end + 2),
            ';' => {
                statements.push(std::mem::take(&mut statement));
                rest = &rest[1..];
                continue;
            }
            c => c.len_utf8(),
        };
        statement.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    statements.push(statement);
    let trimmed = statements.into_iter().map(|statement| statement.trim().to_owned());
    trimmed.filter(|statement| !statement.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_falls_into_its_statements() {
        let text = "-- It isn't; a statement.\nCREATE TABLE `a;b` (c TEXT DEFAULT ';--') /*M! X; */;\n\nDROP TABLE x;\n-- end";
        assert_eq!(
            statements(text),
            ["CREATE TABLE `a;b` (c TEXT DEFAULT ';--') /*M! X; */", "DROP TABLE x"]
        );
    }
}

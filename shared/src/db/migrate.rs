//! Brings the schema up to date: one process at a time, and cheap when there is nothing to do.

use std::collections::BTreeMap;

use sqlx::migrate::{MigrateError, Migration, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Executor as _, MySql, SqlitePool};

use super::connect::Failure;
use super::{Db, DbError, OpenError, Pools};
use crate::sql;

static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");
static MYSQL: Migrator = sqlx::migrate!("../migrations/mysql");
static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");

impl Db {
    /// Applies the migrations that the database lacks, under a lock.
    pub(super) async fn migrate(&self) -> Result<(), Failure> {
        if self.is_current().await {
            return Ok(());
        }
        tracing::info!(db.engine = %self.engine(), "the database schema is being brought up to date");
        let migrated = match &self.pools {
            Pools::Postgres(pool) => migrator(&POSTGRES).run(pool).await,
            Pools::MySql(pool) => migrate_mysql(pool.acquire().await?).await,
            Pools::Sqlite { writer, .. } => migrate_sqlite(writer).await,
        };
        migrated.map_err(|error| match error {
            // Losing the connection, or a race for a lock, passes; what the schema says stays.
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                match DbError::of(source, "MIGRATE") {
                    DbError::Unavailable(source)
                    | DbError::ReadOnly(source)
                    | DbError::Contention(source) => Failure::Passing(source),
                    DbError::Statement { source, .. } | DbError::Duplicate(source) => {
                        Failure::Final(OpenError::Migration(MigrateError::Execute(source)))
                    }
                    DbError::RowCount { .. } | DbError::BadValue { .. } => {
                        unreachable!("not made from a driver's error")
                    }
                }
            }
            error => Failure::Final(OpenError::Migration(error)),
        })
    }

    /// Whether every migration of this program is applied, unchanged. A newer program's are no matter:
    /// during a deployment the old one runs on the new schema.
    pub(super) async fn is_current(&self) -> bool {
        let known = match &self.pools {
            Pools::Postgres(_) => &POSTGRES,
            Pools::MySql(_) => &MYSQL,
            Pools::Sqlite { .. } => &SQLITE,
        };
        let applied =
            self.read(sql!("SELECT version, checksum FROM _sqlx_migrations WHERE success"));
        let Ok(applied) = applied.fetch_all::<(i64, Vec<u8>)>().await else { return false };
        let applied: BTreeMap<i64, Vec<u8>> = applied.into_iter().collect();
        known.iter().all(|migration| {
            applied.get(&migration.version).map(Vec::as_slice) == Some(&*migration.checksum)
        })
    }
}

fn migrator(known: &'static Migrator) -> Migrator {
    let mut migrator = Migrator::with_migrations(known.migrations.to_vec());
    migrator.set_ignore_missing(true);
    migrator
}

/// With a lock of our own: the one of sqlx waits for `-1` seconds, which MariaDB takes for none at all.
async fn migrate_mysql(mut connection: PoolConnection<MySql>) -> Result<(), MigrateError> {
    let mut migrator = migrator(&MYSQL);
    migrator.set_locking(false);
    // Locks are named per server, not per database.
    connection
        .execute("SET @migration_lock = SHA1(CONCAT('syncbot.migrate.', DATABASE()))")
        .await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a lock of one connection, not a statement of the product"
    )]
    let (locked,): (Option<i64>,) =
        sqlx::query_as("SELECT GET_LOCK(@migration_lock, 60)").fetch_one(&mut *connection).await?;
    if locked != Some(1) {
        return Err(MigrateError::Execute(sqlx::Error::PoolTimedOut));
    }
    let migrated = migrator.run_direct(None, &mut *connection, false).await;
    // A connection that failed may hold the lock: it is closed, and the server lets go.
    if migrated.is_err() {
        drop(connection.detach());
    } else {
        connection.execute("DO RELEASE_LOCK(@migration_lock)").await?;
    }
    migrated
}

/// All in one transaction, whose write lock is the lock.
async fn migrate_sqlite(writer: &SqlitePool) -> Result<(), MigrateError> {
    let without_own_transactions =
        SQLITE.migrations.iter().map(|migration| Migration { no_tx: true, ..migration.clone() });
    let mut migrator = Migrator::with_migrations(without_own_transactions.collect());
    migrator.set_ignore_missing(true);
    let mut tx = super::sqlite::begin(writer).await?;
    migrator.run_direct(None, &mut *tx, false).await?;
    Ok(tx.commit().await?)
}

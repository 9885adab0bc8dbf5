//! Brings the schema up to date: one process at a time, and cheap when there is nothing to do.

mod mysql;

use std::collections::BTreeMap;

use sqlx::Sqlite;
use sqlx::migrate::{MigrateError, Migration, Migrator};

use super::connect::{Obstacle, is_missing_right};
use super::lender::Lender;
use super::{Db, DbError, OpenError, Pools};
use crate::sql;

static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");
static MYSQL: Migrator = sqlx::migrate!("../migrations/mysql");
static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");

impl Db {
    /// Applies the migrations that the database lacks, under a lock.
    pub(super) async fn migrate(&self) -> Result<(), Obstacle> {
        if self.is_current().await {
            return Ok(());
        }
        tracing::info!(db.engine = %self.engine(), "the database schema is being brought up to date");
        let migrated = match &self.pools {
            Pools::Postgres(lender) => migrator(&POSTGRES).run(lender.pool()).await,
            Pools::MySql(lender) => mysql::migrate(lender.pool().acquire().await?, &MYSQL).await,
            Pools::Sqlite { writer, .. } => migrate_sqlite(writer).await,
        };
        migrated.map_err(|error| match error {
            // Losing the connection, or a race for a lock, passes; what the schema says stays.
            MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => {
                if is_missing_right(&source) {
                    return Obstacle::Passing(source);
                }
                match DbError::of(source, "MIGRATE") {
                    DbError::Unavailable(source)
                    | DbError::ReadOnly(source)
                    | DbError::Contention(source) => Obstacle::Passing(source),
                    DbError::Statement { source, .. } | DbError::Duplicate(source) => {
                        Obstacle::Final(OpenError::Migration(MigrateError::Execute(source)))
                    }
                    DbError::RowCount { .. }
                    | DbError::BadValue { .. }
                    | DbError::RetiredKey { .. } => {
                        unreachable!("not made from a driver's error")
                    }
                }
            }
            error => Obstacle::Final(OpenError::Migration(error)),
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

/// All in one transaction, whose write lock is the lock.
async fn migrate_sqlite(writer: &Lender<Sqlite>) -> Result<(), MigrateError> {
    let without_own_transactions =
        SQLITE.migrations.iter().map(|migration| Migration { no_tx: true, ..migration.clone() });
    let mut migrator = Migrator::with_migrations(without_own_transactions.collect());
    migrator.set_ignore_missing(true);
    let mut lent = super::sqlite::begin(writer).await?;
    migrator.run_direct(None, &mut *lent.ask()?, false).await?;
    lent.answered(&Ok(()));
    Ok(lent.commit().await?)
}

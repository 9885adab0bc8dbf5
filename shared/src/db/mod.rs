//! One repository code for three databases: PostgreSQL, MySQL (and MariaDB), SQLite.
//!
//! SQL is plain text next to the function that runs it, written once with [`sql!`](crate::sql) and
//! spelled out per database only where it must differ. Only this module and the derives on rows and
//! ids touch sqlx. The portable rules are in `docs/DATA.md`.

mod bind;
mod connect;
mod error;
mod migrate;
mod notify;
mod query;
mod retry;
mod sqlite;
mod statement;
mod trust;

use sqlx::{MySql, MySqlPool, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub use bind::{Bind, Row};
pub use connect::{OpenError, Patience};
pub use notify::Notifications;
pub use query::Query;
pub use retry::retry_contention;
pub use statement::{DifferentPlaceholders, Statement};

pub use crate::config::Engine;
pub use error::DbError;
use query::Target;
use trust::Trust;

/// A database and its connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
    trust: Trust,
}

#[derive(Debug, Clone)]
enum Pools {
    Postgres(PgPool),
    MySql(MySqlPool),
    /// SQLite has one writer at a time; a queue for one connection is kinder than `SQLITE_BUSY`.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
}

/// An open transaction: one unit of work, passed on by `&mut`, ended by [`Tx::commit`].
/// Dropping it rolls back.
#[derive(Debug)]
#[must_use = "a transaction that is not committed is rolled back"]
pub struct Tx {
    open: OpenTx,
    trust: Trust,
}

#[derive(Debug)]
enum OpenTx {
    Postgres(Transaction<'static, Postgres>),
    MySql(Transaction<'static, MySql>),
    Sqlite(Transaction<'static, Sqlite>),
}

impl Db {
    /// Which database it is.
    pub fn engine(&self) -> Engine {
        match &self.pools {
            Pools::Postgres(_) => Engine::Postgres,
            Pools::MySql(_) => Engine::MySql,
            Pools::Sqlite { .. } => Engine::Sqlite,
        }
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        let begun = async {
            Ok(match &self.pools {
                Pools::Postgres(pool) => OpenTx::Postgres(pool.begin().await?),
                Pools::MySql(pool) => OpenTx::MySql(pool.begin().await?),
                Pools::Sqlite { writer, .. } => OpenTx::Sqlite(sqlite::begin(writer).await?),
            })
        };
        let open = begun.await.map_err(|error| DbError::of(error, "BEGIN"))?;
        Ok(Tx { open, trust: self.trust.clone() })
    }

    /// A statement outside any transaction that only reads.
    pub fn read(&self, statement: &'static Statement) -> Query<'_> {
        Query::new(Target::Pool { db: self, writes: false }, statement)
    }

    /// A statement that is a transaction of its own.
    pub fn write(&self, statement: &'static Statement) -> Query<'_> {
        Query::new(Target::Pool { db: self, writes: true }, statement)
    }

    /// Asks the database for a sign of life.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read(crate::sql!("SELECT CAST(1 AS BIGINT)", mysql: "SELECT CAST(1 AS SIGNED)"))
            .fetch_one::<(i64,)>()
            .await
            .map(drop)
    }

    /// Checks a statement's text against the schema without running it.
    pub async fn prepare(&self, statement: &'static Statement) -> Result<(), DbError> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        let prepared = async {
            match &self.pools {
                Pools::Postgres(pool) => {
                    drop(pool.prepare(statement.postgres_text().into_sql_str()).await?);
                }
                Pools::MySql(pool) => {
                    drop(pool.prepare(statement.mysql_form().text.as_str().into_sql_str()).await?);
                }
                Pools::Sqlite { readers, .. } => {
                    drop(readers.prepare(statement.sqlite_text().into_sql_str()).await?);
                }
            }
            Ok(())
        };
        prepared.await.map_err(|error| DbError::of(error, statement.common_text()))
    }

    /// Ends every connection, once its user gives it back.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Postgres(pool) => pool.close().await,
            Pools::MySql(pool) => pool.close().await,
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

impl Tx {
    /// A statement inside this transaction.
    pub fn query<'t>(&'t mut self, statement: &'static Statement) -> Query<'t> {
        Query::new(Target::Transaction(self), statement)
    }

    /// Makes everything in it durable.
    pub async fn commit(self) -> Result<(), DbError> {
        let committed = match self.open {
            OpenTx::Postgres(tx) => tx.commit().await,
            OpenTx::MySql(tx) => tx.commit().await,
            OpenTx::Sqlite(tx) => tx.commit().await,
        };
        committed.map_err(|error| DbError::of(error, "COMMIT"))
    }

    /// Undoes everything in it, now rather than when it is dropped.
    pub async fn rollback(self) -> Result<(), DbError> {
        let undone = match self.open {
            OpenTx::Postgres(tx) => tx.rollback().await,
            OpenTx::MySql(tx) => tx.rollback().await,
            OpenTx::Sqlite(tx) => tx.rollback().await,
        };
        undone.map_err(|error| DbError::of(error, "ROLLBACK"))
    }
}

//! One repository code for three databases: PostgreSQL, MySQL (and MariaDB), SQLite.
//!
//! SQL is plain text next to the function that runs it, written once with [`sql!`](crate::sql) and
//! spelled out per database only where it must differ. Only this module and the derives on rows and
//! ids touch sqlx. The portable rules are in `docs/DATA.md`.

mod bind;
mod connect;
mod error;
mod lender;
mod lent;
mod list;
mod migrate;
mod notify;
mod query;
mod retry;
mod sqlite;
mod statement;

use std::time::Duration;

use sqlx::{MySql, Postgres, Sqlite};

pub use bind::{Bind, Row};
pub use connect::{OpenError, Patience};
pub use list::ListStatement;
pub use notify::Notifications;
pub use query::Query;
pub use retry::retry_contention;
pub use statement::{DifferentPlaceholders, Statement};

pub use crate::config::Engine;
pub use error::DbError;
use lender::Lender;
use lent::Lent;
use query::Target;

/// A database and its connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    pools: Pools,
}

#[derive(Debug, Clone)]
enum Pools {
    Postgres(Lender<Postgres>),
    MySql(Lender<MySql>),
    /// SQLite has one writer at a time; a queue for one connection is kinder than `SQLITE_BUSY`.
    Sqlite {
        writer: Lender<Sqlite>,
        readers: Lender<Sqlite>,
    },
}

/// An open transaction: one unit of work, passed on by `&mut`, ended by [`Tx::commit`].
/// Dropping it rolls back.
#[derive(Debug)]
#[must_use = "a transaction that is not committed is rolled back"]
pub struct Tx(Open);

#[derive(Debug)]
enum Open {
    Postgres(Lent<Postgres>),
    MySql(Lent<MySql>),
    Sqlite(Lent<Sqlite>),
}

/// For connections to be given back and closed. Those that are not are dropped.
const CLOSE_DEADLINE: Duration = Duration::from_secs(2);

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
            Ok(Tx(match &self.pools {
                Pools::Postgres(lender) => Open::Postgres(Lent::begin(lender, "BEGIN").await?),
                Pools::MySql(lender) => Open::MySql(Lent::begin(lender, "BEGIN").await?),
                Pools::Sqlite { writer, .. } => Open::Sqlite(sqlite::begin(writer).await?),
            }))
        };
        begun.await.map_err(|error| DbError::of(error, "BEGIN"))
    }

    /// A statement outside any transaction that only reads.
    pub fn read(&self, statement: &'static Statement) -> Query<'_> {
        Query::new(Target::Pool { db: self, writes: false }, statement)
    }

    /// A statement that is a transaction of its own.
    pub fn write(&self, statement: &'static Statement) -> Query<'_> {
        Query::new(Target::Pool { db: self, writes: true }, statement)
    }

    /// Checks a statement's text against the schema without running it.
    pub async fn prepare(&self, statement: &'static Statement) -> Result<(), DbError> {
        use sqlx::{Executor as _, SqlSafeStr as _};
        let prepared = async {
            match &self.pools {
                Pools::Postgres(lender) => {
                    drop(lender.pool().prepare(statement.postgres_text().into_sql_str()).await?);
                }
                Pools::MySql(lender) => {
                    drop(
                        lender
                            .pool()
                            .prepare(statement.mysql_form().text.as_str().into_sql_str())
                            .await?,
                    );
                }
                Pools::Sqlite { readers, .. } => {
                    drop(readers.pool().prepare(statement.sqlite_text().into_sql_str()).await?);
                }
            }
            Ok(())
        };
        prepared.await.map_err(|error| DbError::of(error, statement.common_text()))
    }

    /// Somebody waited in vain: the connections that there are may have fallen silent. New ones take their
    /// places from now on.
    pub(crate) fn suspect_connections(&self) {
        match &self.pools {
            Pools::Postgres(lender) => lender.suspicion().raise(),
            Pools::MySql(lender) => lender.suspicion().raise(),
            // A file does not fall silent.
            Pools::Sqlite { .. } => {}
        }
    }

    /// Ends every connection, once its user gives it back; waits for two seconds at most.
    pub async fn close(&self) {
        let closed = async {
            match &self.pools {
                Pools::Postgres(lender) => lender.close().await,
                Pools::MySql(lender) => lender.close().await,
                Pools::Sqlite { writer, readers } => {
                    readers.close().await;
                    writer.close().await;
                }
            }
        };
        if tokio::time::timeout(CLOSE_DEADLINE, closed).await.is_err() {
            tracing::debug!("connections were still in use when the database was closed");
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
        let committed = match self.0 {
            Open::Postgres(lent) => lent.commit().await,
            Open::MySql(lent) => lent.commit().await,
            Open::Sqlite(lent) => lent.commit().await,
        };
        committed.map_err(|error| DbError::of(error, "COMMIT"))
    }

    /// Undoes everything in it, now rather than soon after it is dropped.
    pub async fn rollback(self) -> Result<(), DbError> {
        let undone = match self.0 {
            Open::Postgres(lent) => lent.rollback().await,
            Open::MySql(lent) => lent.rollback().await,
            Open::Sqlite(lent) => lent.rollback().await,
        };
        undone.map_err(|error| DbError::of(error, "ROLLBACK"))
    }
}

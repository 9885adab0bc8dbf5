//! A connection out of a pool. It goes back only in a known state and within a known time; otherwise it is
//! dropped, and the pool makes another.
//!
//! Networks lose connections without a word: then nothing that is sent is ever answered. sqlx itself would
//! wait for such an answer for ever, also when it takes the connection back (it asks it for a sign of life,
//! and undoes its transaction), and meanwhile nobody else gets the place in the pool. So every statement
//! has a deadline here, a connection that owes an answer is never given back, and the first that turns out
//! silent brings all older ones under suspicion: they are replaced before they are used again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use sqlx::pool::{PoolConnection, PoolConnectionMetadata};
use sqlx::{Database, Executor as _, MySql, Pool, Postgres, Sqlite};
use tokio::time::timeout;

use super::error::is_read_only;

/// A statement that takes longer has lost its connection. Waiting for a lock ends well before (5 s).
const STATEMENT_DEADLINE: Duration = Duration::from_secs(10);
/// For the end of a transaction that was dropped, and a sign of life.
const RETURN_DEADLINE: Duration = Duration::from_secs(5);
/// Whoever gives up a statement after this long has waited longer than a database that is well needs.
const SUSPICIOUS: Duration = Duration::from_secs(1);

/// While a server takes no writes, each failure tells so; connections are made anew no more often than this.
const FRESH: Duration = Duration::from_secs(1);

/// A database that runs plain texts.
pub(super) trait Plain: Database {
    fn run<'c>(
        connection: &'c mut Self::Connection,
        text: &'static str,
    ) -> BoxFuture<'c, sqlx::Result<()>>;
}

macro_rules! plain {
    ($($database:ty),*) => { $(impl Plain for $database {
        fn run<'c>(connection: &'c mut Self::Connection, text: &'static str) -> BoxFuture<'c, sqlx::Result<()>> {
            Box::pin(async move { connection.execute(text).await.map(drop) })
        }
    })* }
}

plain!(Postgres, MySql, Sqlite);

/// Connections that were made before this moment are not to be trusted. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Suspicion(Arc<Mutex<Option<Instant>>>);

impl Suspicion {
    pub(super) fn raise(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// As [`Suspicion::raise`], unless it was raised a moment ago; says whether it did.
    fn raise_unless_fresh(&self) -> bool {
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = raised.is_some_and(|raised| raised.elapsed() < FRESH);
        if !is_fresh {
            *raised = Some(Instant::now());
        }
        !is_fresh
    }

    /// Whether a connection may be used.
    pub(super) fn clears(&self, connection: &PoolConnectionMetadata) -> bool {
        let suspected = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        suspected.is_none_or(|suspected| suspected.elapsed() > connection.age)
    }
}

/// A connection, and a transaction on it while one is open.
#[derive(Debug)]
pub(super) struct Lent<DB: Plain> {
    connection: Option<PoolConnection<DB>>,
    /// Since when an answer is owed.
    asked: Option<Instant>,
    in_transaction: bool,
    suspicion: Suspicion,
}

impl<DB: Plain> Lent<DB> {
    pub(super) async fn by(pool: &Pool<DB>, suspicion: &Suspicion) -> sqlx::Result<Self> {
        Ok(Self {
            connection: Some(pool.acquire().await?),
            asked: None,
            in_transaction: false,
            suspicion: suspicion.clone(),
        })
    }

    /// The connection, for one statement. Whoever drops this before [`Lent::answered`] drops the connection.
    pub(super) fn ask(&mut self) -> sqlx::Result<&mut DB::Connection> {
        match (&mut self.connection, self.asked) {
            (Some(connection), None) => {
                self.asked = Some(Instant::now());
                Ok(connection)
            }
            // A statement of this transaction was given up.
            _ => Err(sqlx::Error::Io(std::io::ErrorKind::NotConnected.into())),
        }
    }

    pub(super) fn answered(&mut self) {
        self.asked = None;
    }

    /// After a failover a pool is full of connections to a server that only reads from then on, and none of
    /// them ever breaks by itself.
    pub(super) fn learn(&self, error: &sqlx::Error) {
        if is_read_only(error) && self.suspicion.raise_unless_fresh() {
            tracing::warn!("the database takes no writes; its connections are made anew");
        }
    }

    /// Begins a transaction; dropping this undoes it.
    pub(super) async fn begin(&mut self, text: &'static str) -> sqlx::Result<()> {
        self.run(text).await?;
        self.in_transaction = true;
        Ok(())
    }

    pub(super) async fn commit(mut self) -> sqlx::Result<()> {
        self.run("COMMIT").await?;
        self.in_transaction = false;
        Ok(())
    }

    pub(super) async fn rollback(mut self) -> sqlx::Result<()> {
        self.run("ROLLBACK").await?;
        self.in_transaction = false;
        Ok(())
    }

    async fn run(&mut self, text: &'static str) -> sqlx::Result<()> {
        let answer = in_time(DB::run(self.ask()?, text)).await?;
        self.answered();
        answer
    }
}

impl<DB: Plain> Drop for Lent<DB> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if let Some(asked) = self.asked {
            if asked.elapsed() >= SUSPICIOUS {
                self.suspicion.raise();
            }
            // Closed without a word: a silent one could not be asked, and the server undoes what was open.
            drop(connection.detach());
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            drop(connection.detach());
            return;
        };
        runtime.spawn(give_back(connection, self.in_transaction, self.suspicion.clone()));
    }
}

async fn give_back<DB: Plain>(
    mut connection: PoolConnection<DB>,
    in_transaction: bool,
    suspicion: Suspicion,
) {
    let returned = async {
        if in_transaction {
            let mut lent = Lent {
                connection: Some(connection),
                asked: None,
                in_transaction: false,
                suspicion: suspicion.clone(),
            };
            let Ok(open) = lent.ask() else { return };
            if DB::run(open, "ROLLBACK").await.is_err() {
                return;
            }
            let Some(ended) = lent.connection.take() else { return };
            connection = ended;
        }
        connection.return_to_pool().await;
    };
    if timeout(RETURN_DEADLINE, returned).await.is_err() {
        suspicion.raise();
    }
}

/// The answer to a statement, if it comes before the deadline.
pub(super) async fn in_time<T>(
    answer: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<sqlx::Result<T>> {
    timeout(STATEMENT_DEADLINE, answer).await.map_err(|_| {
        let why = format!("no answer within {} s", STATEMENT_DEADLINE.as_secs());
        sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, why))
    })
}

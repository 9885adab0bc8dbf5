//! A connection out of a pool. It goes back only in a known state and within a known time; otherwise it is
//! dropped, and the pool makes another.
//!
//! Networks lose connections without a word: then nothing that is sent is ever answered. sqlx itself would
//! wait for such an answer for ever, also when it takes the connection back (it asks it for a sign of life,
//! and undoes its transaction), and meanwhile nobody else gets the place in the pool. So every statement
//! has a deadline here, a connection that owes an answer is never given back, and the first that turns out
//! silent brings all older ones under suspicion: they are replaced before they are used again.

use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use sqlx::{Database, Executor as _, MySql, Postgres, Sqlite};
use tokio::time::timeout;

use super::error::{is_read_only, is_unavailable};
use super::lender::{Lender, Loan};

/// A statement that takes longer has lost its connection. Waiting for a lock ends well before (5 s).
const STATEMENT_DEADLINE: Duration = Duration::from_secs(10);
/// For the end of a transaction that was dropped.
const RETURN_DEADLINE: Duration = Duration::from_secs(5);
/// Whoever gives up a statement after this long has waited longer than a database that is well needs.
const SUSPICIOUS: Duration = Duration::from_secs(1);

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

/// A connection, and a transaction on it while one is open.
#[derive(Debug)]
pub(super) struct Lent<DB: Plain> {
    loan: Option<Loan<DB>>,
    lender: Lender<DB>,
    /// Since when an answer is owed.
    asked: Option<Instant>,
    in_transaction: bool,
}

impl<DB: Plain> Lent<DB> {
    pub(super) async fn by(lender: &Lender<DB>) -> sqlx::Result<Self> {
        Ok(Self {
            loan: Some(lender.lend().await?),
            lender: lender.clone(),
            asked: None,
            in_transaction: false,
        })
    }

    /// The connection, for one statement. Whoever drops this before [`Lent::answered`] drops the connection.
    pub(super) fn ask(&mut self) -> sqlx::Result<&mut DB::Connection> {
        match (&mut self.loan, self.asked) {
            (Some(loan), None) => {
                self.asked = Some(Instant::now());
                Ok(&mut loan.connection)
            }
            // A statement of this transaction was given up.
            _ => Err(sqlx::Error::Io(std::io::ErrorKind::NotConnected.into())),
        }
    }

    /// Takes note of the answer.
    pub(super) fn answered<T>(&mut self, answer: &sqlx::Result<T>) {
        match answer {
            // No answer of the server's, or its last: the connection is not used again.
            Err(error) if is_unavailable(error) => return,
            // After a failover a pool is full of connections to a server that only reads from then on, and
            // none of them ever breaks by itself.
            Err(error) if is_read_only(error) && self.lender.suspicion().raise_unless_fresh() => {
                tracing::warn!("the database takes no writes; its connections are made anew");
            }
            _ => {}
        }
        self.asked = None;
    }

    /// A connection with a transaction that `text` begins; dropping it undoes the transaction.
    pub(super) async fn begin(lender: &Lender<DB>, text: &'static str) -> sqlx::Result<Self> {
        let mut lent = Self::by(lender).await?;
        lent.run(text).await?;
        lent.in_transaction = true;
        Ok(lent)
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
        self.answered(&answer);
        answer
    }
}

impl<DB: Plain> Drop for Lent<DB> {
    fn drop(&mut self) {
        let Some(loan) = self.loan.take() else { return };
        // Whatever gives a connection back properly is a task.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return loan.abandon() };
        if let Some(asked) = self.asked {
            if asked.elapsed() >= SUSPICIOUS {
                self.lender.suspicion().raise();
            }
            // Closed without a word: a silent one could not be asked, and the server undoes what was open.
            loan.abandon();
        } else if !self.in_transaction {
            self.lender.take_back(loan);
        } else {
            runtime.spawn(undo(loan, self.lender.clone()));
        }
    }
}

/// Ends a transaction that was dropped.
async fn undo<DB: Plain>(loan: Loan<DB>, lender: Lender<DB>) {
    let mut lent = Lent { loan: Some(loan), lender, asked: None, in_transaction: false };
    let undone = async {
        // Asked until it has answered well: otherwise the connection is not used again.
        if let Ok(open) = lent.ask()
            && let answer @ Ok(()) = DB::run(open, "ROLLBACK").await
        {
            lent.answered(&answer);
        }
    };
    if timeout(RETURN_DEADLINE, undone).await.is_err() {
        lent.lender.suspicion().raise();
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

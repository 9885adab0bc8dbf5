//! What can go wrong in the database, sorted by what a caller can do about it.

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;

/// A failed statement, transaction or connection. The text says what happened here; the source says why.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Not reachable, starting, stopping, full, or the connection was cut: wait and try again.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// The server accepts no writes at the moment (a replica, or a failover under way).
    #[error("the database accepts no writes")]
    ReadOnly(#[source] sqlx::Error),
    /// A deadlock, a serialisation failure or a busy file: the whole transaction may be tried again at once.
    #[error("another transaction was in the way")]
    Contention(#[source] sqlx::Error),
    /// A row with such a key exists already.
    #[error("a row with this key exists already")]
    Duplicate(#[source] sqlx::Error),
    /// A write changed more or fewer rows than it must.
    #[error("{table} {id}: {changed} row(s) changed instead of {expected}")]
    RowCount {
        /// Table written to.
        table: &'static str,
        /// Key of the row.
        id: String,
        /// Rows that had to change.
        expected: u64,
        /// Rows that did.
        changed: u64,
    },
    /// A stored value does not make sense.
    #[error("{table}.{column} of {id} holds a value that makes no sense")]
    BadValue {
        /// Table read from.
        table: &'static str,
        /// Column of the value.
        column: &'static str,
        /// Key of the row.
        id: String,
    },
    /// A secret was to be stored that nobody could open.
    #[error(
        "this process seals secrets with a passphrase that `syncbot rotate-key` has replaced (key {key_id}); start it \
         with the present one in TOKEN_ENCRYPTION_KEY"
    )]
    RetiredKey {
        /// The key that is out of use.
        key_id: String,
    },
    /// The statement itself is wrong, or its binds, or its result: a mistake in this program.
    #[error("the statement failed: {statement}")]
    Statement {
        /// Its text.
        statement: &'static str,
        /// What the driver says.
        #[source]
        source: sqlx::Error,
    },
}

impl DbError {
    /// Whether waiting, or another connection, may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::ReadOnly(_))
    }

    /// Whether the transaction may simply be tried again.
    pub fn is_contention(&self) -> bool {
        matches!(self, Self::Contention(_))
    }

    /// Sorts a driver's error.
    pub(super) fn of(source: sqlx::Error, statement: &'static str) -> Self {
        match kind(&source) {
            Kind::Unavailable => Self::Unavailable(source),
            Kind::ReadOnly => Self::ReadOnly(source),
            Kind::Contention => Self::Contention(source),
            Kind::Duplicate => Self::Duplicate(source),
            Kind::Other => Self::Statement { statement, source },
        }
    }
}

enum Kind {
    Unavailable,
    ReadOnly,
    Contention,
    Duplicate,
    Other,
}

/// Whether the encrypted connection could not be set up. A certificate that does not verify shows as an
/// I/O error, and waiting would not make it valid.
pub(super) fn is_tls(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => {
            error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some()
        }
        _ => false,
    }
}

/// Whether the connection is of no further use.
pub(super) fn is_unavailable(error: &sqlx::Error) -> bool {
    matches!(kind(error), Kind::Unavailable)
}

/// Whether the server takes no writes.
pub(super) fn is_read_only(error: &sqlx::Error) -> bool {
    matches!(kind(error), Kind::ReadOnly)
}

fn kind(error: &sqlx::Error) -> Kind {
    match error {
        error if is_tls(error) => Kind::Other,
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => Kind::Unavailable,
        sqlx::Error::Database(error) if error.is_unique_violation() => Kind::Duplicate,
        sqlx::Error::Database(error) => match error.try_downcast_ref::<MySqlDatabaseError>() {
            Some(error) => mysql_kind(error.number()),
            None => coded_kind(&**error),
        },
        _ => Kind::Other,
    }
}

/// mariadb.com/kb/en/mariadb-error-codes
fn mysql_kind(number: u16) -> Kind {
    match number {
        // Deadlock, lock wait time-out, record changed since last read.
        1213 | 1205 | 1020 => Kind::Contention,
        // --read-only, --super-read-only, read-only transaction.
        1290 | 1792 | 1836 => Kind::ReadOnly,
        // Too many connections (2), shutdown (2), network errors, killed (2), table or disk full, out of memory.
        1040
        | 1203
        | 1053
        | 1077
        | 1079
        | 1158..=1161
        | 1927
        | 1317
        | 1021
        | 1114
        | 1037
        | 1041 => Kind::Unavailable,
        _ => Kind::Other,
    }
}

/// SQLSTATE of PostgreSQL (five characters), or SQLite's extended result code (a number).
fn coded_kind(error: &dyn DatabaseError) -> Kind {
    let code = error.code().unwrap_or_default();
    if code.len() == 5 {
        // postgresql.org/docs/current/errcodes-appendix.html
        return match &*code {
            "40001" | "40P01" | "55P03" => Kind::Contention,
            "25006" => Kind::ReadOnly,
            // The server ended a transaction that stood still, and its connection.
            "25P03" | "25P04" => Kind::Unavailable,
            // Connection exceptions, resources exhausted, shutdown and start-up.
            _ if code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") => {
                Kind::Unavailable
            }
            _ => Kind::Other,
        };
    }
    // sqlite.org/rescode.html: the low byte is the primary code.
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(5 | 6) => Kind::Contention,
        Ok(8) => Kind::ReadOnly,
        // I/O error, full, cannot open.
        Ok(10 | 13 | 14) => Kind::Unavailable,
        _ => Kind::Other,
    }
}

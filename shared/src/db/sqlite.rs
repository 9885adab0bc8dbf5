//! Taking turns with the other processes that write to the same SQLite file.

use std::time::Duration;

use sqlx::Sqlite;
use tokio::time::Instant;

use super::lender::Lender;
use super::lent::Lent;

/// How long a transaction waits for its turn.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);

const BUSY: &str = "5";

/// Begins a transaction that may write. SQLite itself waits 10 ms only (`connect/sqlite.rs`): its pauses
/// grow to a tenth of a second, so that whoever asks more often gets every turn. Here everyone asks often.
///
/// A read lock that is upgraded later could fail at once; a write lock waits for its turn.
pub(super) async fn begin(writer: &Lender<Sqlite>) -> sqlx::Result<Lent<Sqlite>> {
    let patience = Instant::now() + TURN_TIMEOUT;
    loop {
        // Given back in between: others of this process wait as well.
        match Lent::begin(writer, "BEGIN IMMEDIATE").await {
            Err(error) if is_busy(&error) && Instant::now() < patience => {}
            begun => return begun,
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() == Some(BUSY)
}

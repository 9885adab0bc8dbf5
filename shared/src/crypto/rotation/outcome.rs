//! What became of a rotation, or why there was none.

use crate::crypto::{SealError, SealerError};
use crate::db::DbError;
use crate::tables::sealed::SealedColumn;

/// Why nothing was sealed anew.
#[derive(Debug, thiserror::Error)]
pub enum NotRotated {
    /// There is nothing.
    #[error(
        "this database holds no sealed secrets yet: start SyncBot with the new passphrase in TOKEN_ENCRYPTION_KEY, and \
         without TOKEN_ENCRYPTION_KEY_PREVIOUS"
    )]
    NothingSealed,
    /// There is only one passphrase.
    #[error(
        "TOKEN_ENCRYPTION_KEY and TOKEN_ENCRYPTION_KEY_PREVIOUS are the same passphrase: set the first to the new one, the \
         second to the one that was in use before"
    )]
    SamePassphrase,
    /// The old one is none of this database.
    #[error(
        "TOKEN_ENCRYPTION_KEY_PREVIOUS is not a passphrase that this database was sealed with, and nothing was changed. Set \
         it to the one that was in use before"
    )]
    WrongPrevious,
    /// The new one has been in use for longer than the old one.
    #[error(
        "TOKEN_ENCRYPTION_KEY was in use before TOKEN_ENCRYPTION_KEY_PREVIOUS: they seem to be swapped, and nothing was \
         changed. Whoever wants to be rid of a passphrase needs a new one"
    )]
    Swapped,
    /// As for any process.
    #[error(transparent)]
    Sealer(#[from] SealerError),
}

impl From<DbError> for NotRotated {
    fn from(error: DbError) -> Self {
        Self::Sealer(error.into())
    }
}

/// How far it is, told from time to time.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Where.
    pub column: &'static SealedColumn,
    /// Values that were looked at in this column, in this pass.
    pub seen: u64,
    /// Values that were sealed anew in this column.
    pub resealed: u64,
}

/// A value that does not open: it stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unopened {
    /// The name of its row.
    pub row: String,
    /// Why.
    pub error: SealError,
}

/// What became of a column.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The column.
    pub column: &'static SealedColumn,
    /// Values in it, at the end.
    pub values: u64,
    /// Those that were sealed anew, or would be.
    pub resealed: u64,
    /// Those that nobody can open.
    pub unopened: Vec<Unopened>,
}

/// What became of everything.
#[derive(Debug)]
pub struct Rotated {
    /// Each column.
    pub columns: Vec<Counted>,
    /// Keys that are out of use from now on.
    pub retired: Vec<String>,
    /// Other keys that something is sealed with still.
    pub in_use: Vec<String>,
}

//! Why a database cannot be used, and what to do about it.

use sqlx::error::DatabaseError;

use super::super::error::{DbError, is_tls};

/// The database cannot be used. The text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nobody answered for as long as patience lasted.
    #[error(
        "the database at {place} could not be reached in {tries} tries; is it running, and are host and port right?"
    )]
    Unreachable {
        /// Host or file.
        place: String,
        /// How often it was tried.
        tries: u32,
        /// What the last try said.
        #[source]
        source: DbError,
    },
    /// It answered, and waiting would not change the answer.
    #[error("the database at {place} cannot be used: {hint}")]
    Refused {
        /// Host or file.
        place: String,
        /// What to do.
        hint: &'static str,
        /// What the driver says.
        #[source]
        source: sqlx::Error,
    },
    /// The database's name cannot be part of `CREATE DATABASE`, or its file of any folder.
    #[error("the database cannot be created: {0}")]
    Creation(String),
    /// It was to be there already.
    #[error(
        "there is no such database at {place}; check DATABASE_URL or the other DATABASE_ variables (`syncbot migrate` makes a new one)"
    )]
    Missing {
        /// Host or file.
        place: String,
    },
    /// It was to be up to date already.
    #[error(
        "the database at {place} has no schema of SyncBot, or that of an older release; `syncbot migrate` brings it up to date"
    )]
    Outdated {
        /// Host or file.
        place: String,
    },
    /// The schema could not be brought up to date; trying again would not help.
    #[error("the database schema cannot be brought up to date")]
    Migration(#[source] sqlx::migrate::MigrateError),
}

const MISSING_RIGHT: &str = "the user lacks a right: to create the database, or to create and alter tables in it; grant it, or run `syncbot migrate` once as a user who has it";

/// Whether the server said that the user may not do this.
pub(in crate::db) fn is_missing_right(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.as_deref() == Some("42501") || matches!(mysql_number(error), Some(1044 | 1142 | 1227))
}

/// Whether the server answered that it has no such database.
pub(super) fn is_missing(error: &DbError) -> bool {
    let DbError::Statement { source, .. } = error else { return false };
    let code = source.as_database_error().and_then(DatabaseError::code);
    code.as_deref() == Some("3D000") || mysql_number(source) == Some(1049)
}

pub(super) fn refused(place: &str, error: DbError) -> OpenError {
    let source = match error {
        DbError::Duplicate(source) | DbError::Statement { source, .. } => source,
        // Of a SQLite file: no server that may come back.
        DbError::ReadOnly(source) | DbError::Unavailable(source) => {
            let hint = "the file and its folder must be readable and writable for this process, and the disk not full";
            return OpenError::Refused { place: place.to_owned(), hint, source };
        }
        error => {
            return OpenError::Unreachable { place: place.to_owned(), tries: 1, source: error };
        }
    };
    let code =
        source.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
    let hint = match (&source, code.as_deref()) {
        (error, _) if is_tls(error) => {
            "the encrypted connection failed; check DATABASE_SSL_CA_PATH, the host name, and whether the server offers TLS (DATABASE_TLS_ENABLED)"
        }
        (_, Some("28P01" | "28000")) => {
            "user or password are wrong; check DATABASE_USER and DATABASE_PASSWORD"
        }
        (_, Some("3D000")) => {
            "the database does not exist; create it, or name its parts (DATABASE_HOST and so on) instead of DATABASE_URL to have it created"
        }
        (_, Some("42501")) => MISSING_RIGHT,
        _ if mysql_number(&source) == Some(1045) => {
            "user or password are wrong; check DATABASE_USER and DATABASE_PASSWORD"
        }
        _ if mysql_number(&source) == Some(1049) => {
            "the database does not exist; create it, or name its parts (DATABASE_HOST and so on) instead of DATABASE_URL to have it created"
        }
        _ if matches!(mysql_number(&source), Some(1044 | 1142 | 1227)) => MISSING_RIGHT,
        (sqlx::Error::Configuration(_), _) => "the driver does not understand DATABASE_URL",
        _ => "it gave an answer that waiting will not change",
    };
    OpenError::Refused { place: place.to_owned(), hint, source }
}

pub(in crate::db) fn mysql_number(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()?;
    Some(error.number())
}

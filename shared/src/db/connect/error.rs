//! Why a database cannot be used, and what to do about it.

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

/// Whether the server answered that it has no such database.
pub(super) fn is_missing(error: &DbError) -> bool {
    let DbError::Statement { source, .. } = error else { return false };
    let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some("3D000") || mysql_number(source) == Some(1049)
}

pub(super) fn refused(place: &str, error: DbError) -> OpenError {
    let (DbError::Duplicate(source) | DbError::Statement { source, .. }) = error else {
        return OpenError::Unreachable { place: place.to_owned(), tries: 1, source: error };
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
        (_, Some("42501")) => "the user lacks the right to do this",
        _ if mysql_number(&source) == Some(1045) => {
            "user or password are wrong; check DATABASE_USER and DATABASE_PASSWORD"
        }
        _ if mysql_number(&source) == Some(1049) => {
            "the database does not exist; create it, or name its parts (DATABASE_HOST and so on) instead of DATABASE_URL to have it created"
        }
        _ if mysql_number(&source) == Some(1044) => {
            "the user lacks the right to use or create this database"
        }
        _ => "it gave an answer that waiting will not change",
    };
    OpenError::Refused { place: place.to_owned(), hint, source }
}

pub(super) fn mysql_number(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()?;
    Some(error.number())
}

/// An error with everything that caused it, for a log line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

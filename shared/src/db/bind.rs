//! Values and rows that every one of the databases understands.

use sqlx::encode::Encode;
use sqlx::error::BoxDynError;
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, FromRow, MySql, Postgres, Sqlite, Type};

/// A value that every one of the databases can store. Never implemented by hand.
pub trait Bind<'q>: Send + Sync {
    #[doc(hidden)]
    fn add_to_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError>;
    #[doc(hidden)]
    fn add_to_mysql(&self, arguments: &mut MySqlArguments) -> Result<(), BoxDynError>;
    #[doc(hidden)]
    fn add_to_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError>;
}

impl<'q, T> Bind<'q> for T
where
    T: Send + Sync,
    T: Encode<'q, Postgres> + Type<Postgres>,
    T: Encode<'q, MySql> + Type<MySql>,
    T: Encode<'q, Sqlite> + Type<Sqlite>,
{
    fn add_to_postgres(&self, arguments: &mut PgArguments) -> Result<(), BoxDynError> {
        arguments.add(self)
    }
    fn add_to_mysql(&self, arguments: &mut MySqlArguments) -> Result<(), BoxDynError> {
        arguments.add(self)
    }
    fn add_to_sqlite(&self, arguments: &mut SqliteArguments) -> Result<(), BoxDynError> {
        arguments.add(self)
    }
}

/// A row that every one of the databases can give: `#[derive(sqlx::FromRow)]`, or a tuple.
pub trait Row:
    for<'r> FromRow<'r, PgRow>
    + for<'r> FromRow<'r, MySqlRow>
    + for<'r> FromRow<'r, SqliteRow>
    + Send
    + Unpin
{
}

impl<T> Row for T where
    T: for<'r> FromRow<'r, PgRow>
        + for<'r> FromRow<'r, MySqlRow>
        + for<'r> FromRow<'r, SqliteRow>
        + Send
        + Unpin
{
}

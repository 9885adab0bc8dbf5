//! Runs a statement on whichever database it is.

use sqlx::mysql::MySqlArguments;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;

use super::bind::{Bind, Row};
use super::error::DbError;
use super::lent::{Lent, in_time};
use super::statement::Statement;
use super::{Db, Open, Pools, Tx};

/// A statement with its binds, to be executed or fetched.
#[must_use = "a query does nothing until it is executed or fetched"]
pub struct Query<'t> {
    target: Target<'t>,
    statement: &'static Statement,
    binds: Vec<Box<dyn Bind<'t> + 't>>,
}

pub(super) enum Target<'t> {
    Transaction(&'t mut Tx),
    /// Any connection: the statement is a transaction of its own. SQLite keeps readers from the writer.
    Pool {
        db: &'t Db,
        writes: bool,
    },
}

/// One statement on a connection: asked, and answered before the deadline.
macro_rules! ask {
    ($lent:expr, $make:path, $text:expr, $arguments:expr, $finish:ident) => {{
        let query = $make($text, $arguments);
        let answer = in_time(query.$finish($lent.ask()?)).await?;
        $lent.answered(&answer);
        answer?.into()
    }};
}

/// Runs the query on whichever database it is for.
macro_rules! run {
    ($query:expr, $make:path, $finish:ident) => {{
        let Query { target, statement, binds } = $query.checked()?;
        let outcome = async {
            Ok(match target {
                Target::Transaction(Tx(Open::Postgres(lent))) => {
                    ask!(lent, $make, statement.postgres_text(), for_postgres(&binds)?, $finish)
                }
                Target::Transaction(Tx(Open::MySql(lent))) => {
                    let text = statement.mysql_form().text.as_str();
                    ask!(lent, $make, text, for_mysql(&binds, statement)?, $finish)
                }
                Target::Transaction(Tx(Open::Sqlite(lent))) => {
                    ask!(lent, $make, statement.sqlite_text(), for_sqlite(&binds)?, $finish)
                }
                Target::Pool { db: Db { pools }, writes } => match pools {
                    Pools::Postgres(lender) => {
                        let mut lent = Lent::by(lender).await?;
                        ask!(lent, $make, statement.postgres_text(), for_postgres(&binds)?, $finish)
                    }
                    Pools::MySql(lender) => {
                        let mut lent = Lent::by(lender).await?;
                        let text = statement.mysql_form().text.as_str();
                        ask!(lent, $make, text, for_mysql(&binds, statement)?, $finish)
                    }
                    Pools::Sqlite { readers, .. } if !writes => {
                        let mut lent = Lent::by(readers).await?;
                        ask!(lent, $make, statement.sqlite_text(), for_sqlite(&binds)?, $finish)
                    }
                    Pools::Sqlite { writer, .. } => {
                        let mut lent = super::sqlite::begin(writer).await?;
                        let text = statement.sqlite_text();
                        let outcome = ask!(lent, $make, text, for_sqlite(&binds)?, $finish);
                        lent.commit().await?;
                        outcome
                    }
                },
            })
        };
        outcome.await.map_err(|error: sqlx::Error| DbError::of(error, statement.common_text()))
    }};
}

impl<'t> Query<'t> {
    pub(super) fn new(target: Target<'t>, statement: &'static Statement) -> Self {
        Self { target, statement, binds: Vec::new() }
    }

    /// The value of the next placeholder.
    pub fn bind(mut self, value: impl Bind<'t> + 't) -> Self {
        self.binds.push(Box::new(value));
        self
    }

    /// Runs the statement; says how many rows it changed (found, for an update that changes nothing).
    pub async fn execute(self) -> Result<u64, DbError> {
        let done: Changed = run!(self, sqlx::query_with, execute)?;
        Ok(done.0)
    }

    /// Runs a statement that must change exactly one row; the error names the row.
    pub async fn execute_one(self, table: &'static str, id: impl ToString) -> Result<(), DbError> {
        match self.execute().await? {
            1 => Ok(()),
            changed => Err(DbError::RowCount { table, id: id.to_string(), expected: 1, changed }),
        }
    }

    /// Runs an `INSERT … ON CONFLICT DO NOTHING` (for MySQL a plain `INSERT`, since its `IGNORE` hides
    /// other errors); `false`: such a row exists already.
    pub async fn insert_new(self) -> Result<bool, DbError> {
        match self.execute().await {
            Ok(rows) => Ok(rows > 0),
            Err(DbError::Duplicate(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The first row, if there is one.
    pub async fn fetch_optional<R: Row>(self) -> Result<Option<R>, DbError> {
        run!(self, sqlx::query_as_with, fetch_optional)
    }

    /// The first row of a query that always has one.
    pub async fn fetch_one<R: Row>(self) -> Result<R, DbError> {
        let statement = self.statement.common_text();
        let row = self.fetch_optional().await?;
        row.ok_or(DbError::Statement { statement, source: sqlx::Error::RowNotFound })
    }

    /// All rows.
    pub async fn fetch_all<R: Row>(self) -> Result<Vec<R>, DbError> {
        run!(self, sqlx::query_as_with, fetch_all)
    }

    fn checked(self) -> Result<Self, DbError> {
        let statement = self.statement.common_text();
        let wrong =
            |why: String| DbError::Statement { statement, source: sqlx::Error::Encode(why.into()) };
        let wanted = self.statement.placeholders().map_err(|error| wrong(error.to_string()))?;
        match self.binds.len() {
            given if given == wanted => Ok(self),
            given => Err(wrong(format!("{wanted} placeholders, {given} binds"))),
        }
    }
}

type Binds<'t> = [Box<dyn Bind<'t> + 't>];

fn for_postgres(binds: &Binds<'_>) -> sqlx::Result<PgArguments> {
    let mut arguments = PgArguments::default();
    binds
        .iter()
        .try_for_each(|bind| bind.add_to_postgres(&mut arguments))
        .map_err(sqlx::Error::Encode)?;
    Ok(arguments)
}

fn for_mysql(binds: &Binds<'_>, statement: &'static Statement) -> sqlx::Result<MySqlArguments> {
    let mut arguments = MySqlArguments::default();
    let mut order = statement.mysql_form().order.iter();
    order
        .try_for_each(|&bind| binds[bind].add_to_mysql(&mut arguments))
        .map_err(sqlx::Error::Encode)?;
    Ok(arguments)
}

fn for_sqlite(binds: &Binds<'_>) -> sqlx::Result<SqliteArguments> {
    let mut arguments = SqliteArguments::default();
    binds
        .iter()
        .try_for_each(|bind| bind.add_to_sqlite(&mut arguments))
        .map_err(sqlx::Error::Encode)?;
    Ok(arguments)
}

struct Changed(u64);

macro_rules! changed {
    ($($result:ty),*) => { $(impl From<$result> for Changed {
        fn from(result: $result) -> Self { Self(result.rows_affected()) }
    })* }
}

changed!(
    sqlx::postgres::PgQueryResult,
    sqlx::mysql::MySqlQueryResult,
    sqlx::sqlite::SqliteQueryResult
);

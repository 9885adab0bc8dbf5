//! Every column that holds sealed values. `syncbot rotate-key` goes through this list, and nothing may be sealed
//! for a column that is not in it: its values would be lost with the old passphrase.
//!
//! These tables have a row a workspace, a person who let SyncBot speak for them, or an installation under way:
//! few, but read in pages all the same.

use crate::crypto::Place;
use crate::db::{Db, DbError, Statement, Tx};
use crate::sql;

/// A column that holds sealed values.
#[derive(Debug)]
pub struct SealedColumn {
    /// Its table.
    pub table: &'static str,
    /// Its name.
    pub column: &'static str,
    /// The rows behind one, in the order of their keys.
    page: &'static Statement,
    /// Another value in the place of the one that was read.
    replace: &'static Statement,
    /// Whether any value begins so.
    has: &'static Statement,
}

/// What names a row: the columns of its key. The second is empty where the key has only one.
pub type Key = (String, String);

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub struct Value {
    /// What names its row.
    pub key: Key,
    /// As it is sealed.
    pub sealed: String,
}

/// All of them.
pub static COLUMNS: [SealedColumn; 5] = [
    SealedColumn {
        table: "installations",
        column: "token",
        page: sql!(
            "SELECT workspace_id, '', token FROM installations
             WHERE (workspace_id > $1 OR (workspace_id = $1 AND '' > $2)) ORDER BY workspace_id LIMIT $3"
        ),
        replace: sql!(
            "UPDATE installations SET token = $4 WHERE workspace_id = $1 AND '' = $2 AND token = $3"
        ),
        has: sql!("SELECT EXISTS (SELECT 1 FROM installations WHERE token LIKE $1)"),
    },
    SealedColumn {
        table: "installations",
        column: "refresh_token",
        page: sql!(
            "SELECT workspace_id, '', refresh_token FROM installations
             WHERE (workspace_id > $1 OR (workspace_id = $1 AND '' > $2)) AND refresh_token IS NOT NULL
             ORDER BY workspace_id LIMIT $3"
        ),
        replace: sql!(
            "UPDATE installations SET refresh_token = $4 WHERE workspace_id = $1 AND '' = $2 AND refresh_token = $3"
        ),
        has: sql!("SELECT EXISTS (SELECT 1 FROM installations WHERE refresh_token LIKE $1)"),
    },
    SealedColumn {
        table: "user_tokens",
        column: "token",
        page: sql!(
            "SELECT workspace_id, user_id, token FROM user_tokens
             WHERE (workspace_id > $1 OR (workspace_id = $1 AND user_id > $2)) ORDER BY workspace_id, user_id LIMIT $3"
        ),
        replace: sql!(
            "UPDATE user_tokens SET token = $4 WHERE workspace_id = $1 AND user_id = $2 AND token = $3"
        ),
        has: sql!("SELECT EXISTS (SELECT 1 FROM user_tokens WHERE token LIKE $1)"),
    },
    SealedColumn {
        table: "user_tokens",
        column: "refresh_token",
        page: sql!(
            "SELECT workspace_id, user_id, refresh_token FROM user_tokens
             WHERE (workspace_id > $1 OR (workspace_id = $1 AND user_id > $2)) AND refresh_token IS NOT NULL
             ORDER BY workspace_id, user_id LIMIT $3"
        ),
        replace: sql!(
            "UPDATE user_tokens SET refresh_token = $4 WHERE workspace_id = $1 AND user_id = $2 AND refresh_token = $3"
        ),
        has: sql!("SELECT EXISTS (SELECT 1 FROM user_tokens WHERE refresh_token LIKE $1)"),
    },
    SealedColumn {
        table: "install_attempts",
        column: "answer",
        page: sql!(
            "SELECT id, '', answer FROM install_attempts
             WHERE (id > $1 OR (id = $1 AND '' > $2)) AND answer IS NOT NULL ORDER BY id LIMIT $3"
        ),
        replace: sql!(
            "UPDATE install_attempts SET answer = $4 WHERE id = $1 AND '' = $2 AND answer = $3"
        ),
        has: sql!("SELECT EXISTS (SELECT 1 FROM install_attempts WHERE answer LIKE $1)"),
    },
];

/// Whether values of this place are found by whoever goes through [`COLUMNS`].
pub(crate) fn is_listed(place: &Place<'_>) -> bool {
    COLUMNS.iter().any(|known| (known.table, known.column) == (place.table, place.column))
}

impl SealedColumn {
    /// The next `most` values behind a row.
    pub async fn page(&self, db: &Db, behind: &Key, most: usize) -> Result<Vec<Value>, DbError> {
        let rows: Vec<(String, String, String)> = db
            .read(self.page)
            .bind(behind.0.as_str())
            .bind(behind.1.as_str())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all()
            .await?;
        let value = |(first, second, sealed)| Value { key: (first, second), sealed };
        Ok(rows.into_iter().map(value).collect())
    }

    /// Stores a value in the place of the one that was read. `false`: another one stands there by now, or none.
    pub async fn replace(&self, tx: &mut Tx, old: &Value, new: &str) -> Result<bool, DbError> {
        let replaced = tx
            .query(self.replace)
            .bind(old.key.0.as_str())
            .bind(old.key.1.as_str())
            .bind(old.sealed.as_str())
            .bind(new)
            .execute()
            .await?;
        Ok(replaced == 1)
    }

    /// Whether any value was sealed with this key.
    pub async fn has_any_of(&self, tx: &mut Tx, key_id: &str) -> Result<bool, DbError> {
        // Ids of keys are hexadecimal digits: nothing in the pattern stands for something else.
        let (found,) = tx.query(self.has).bind(format!("v1.{key_id}.%")).fetch_one().await?;
        Ok(found)
    }
}

impl Value {
    /// The name of its row, as it was sealed with.
    pub fn row(&self) -> String {
        match &self.key {
            (only, second) if second.is_empty() => only.clone(),
            (first, second) => format!("{first}:{second}"),
        }
    }
}

//! The keys that have sealed secrets in this database: their ids and a value to recognise them by.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Tx};
use crate::sql;

/// One key.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SealingKey {
    /// Names the key and says nothing about it.
    pub key_id: String,
    /// Opens with this key alone.
    pub check_value: String,
}

/// All keys; there are two at most, but during a change of the passphrase.
pub async fn all(tx: &mut Tx) -> Result<Vec<SealingKey>, DbError> {
    tx.query(sql!("SELECT key_id, check_value FROM sealing_keys ORDER BY key_id")).fetch_all().await
}

/// Stores a key; another process may have stored the same one at the same time.
pub async fn insert(
    tx: &mut Tx,
    key_id: &str,
    check_value: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    tx.query(sql!("INSERT INTO sealing_keys (key_id, check_value, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        mysql: "INSERT INTO sealing_keys (key_id, check_value, created_at) VALUES ($1, $2, $3)"))
        .bind(key_id.to_owned())
        .bind(check_value.to_owned())
        .bind(now)
        .insert_new()
        .await
}

//! The keys that have sealed secrets in this database: their ids and a value to recognise them by.
//!
//! Whoever stores a sealed value keeps its key until the transaction ends; whoever retires a key waits for them
//! and lets nobody else begin. So nothing is ever sealed with a key that is retired.

use chrono::{DateTime, Utc};

use crate::db::{DbError, Tx};
use crate::sql;

/// One key.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SealingKey {
    /// Names the key and says nothing about it.
    pub key_id: String,
    /// Opens with this key alone; see [`SealingKey::is_retired`] for another value.
    pub check_value: String,
    /// When it was used first.
    pub created_at: DateTime<Utc>,
}

/// What stands in the place of a retired key's check value: whoever tries passphrases learns nothing from it.
const RETIRED: &str = "retired";

impl SealingKey {
    /// Nothing is sealed with it, and nothing is to be.
    pub fn is_retired(&self) -> bool {
        self.check_value == RETIRED
    }
}

/// All keys; two are in use at most, but during a change of the passphrase.
pub async fn all(tx: &mut Tx) -> Result<Vec<SealingKey>, DbError> {
    tx.query(sql!("SELECT key_id, check_value, created_at FROM sealing_keys ORDER BY key_id"))
        .fetch_all()
        .await
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

/// The key of a sealed value stays in use until `tx` ends. To be called by whoever stores one: a process may
/// still seal with a passphrase that was replaced meanwhile, and nobody could open that.
pub async fn keep(tx: &mut Tx, sealed: &str) -> Result<(), DbError> {
    keep_key(tx, sealed.split('.').nth(1).unwrap_or_default()).await
}

/// As [`keep`], for whoever will have something to seal, and has to know before whether it can be stored.
pub async fn keep_key(tx: &mut Tx, key_id: &str) -> Result<(), DbError> {
    let row: Option<(String,)> = tx
        .query(sql!(
            "SELECT key_id FROM sealing_keys WHERE key_id = $1 AND check_value <> 'retired' FOR SHARE",
            // MariaDB has no FOR SHARE.
            mysql: "SELECT key_id FROM sealing_keys WHERE key_id = $1 AND check_value <> 'retired' LOCK IN SHARE MODE",
            // SQLite has one writer at a time: the transaction is the lock.
            sqlite: "SELECT key_id FROM sealing_keys WHERE key_id = $1 AND check_value <> 'retired'"
        ))
        .bind(key_id)
        .fetch_optional()
        .await?;
    row.map(drop).ok_or_else(|| DbError::RetiredKey { key_id: key_id.to_owned() })
}

/// All keys; nobody stores a value that is sealed with one of them until `tx` ends.
pub(crate) async fn lock(tx: &mut Tx) -> Result<Vec<SealingKey>, DbError> {
    tx.query(sql!(
        "SELECT key_id, check_value, created_at FROM sealing_keys ORDER BY key_id FOR UPDATE",
        // SQLite has one writer at a time: the transaction is the lock.
        sqlite: "SELECT key_id, check_value, created_at FROM sealing_keys ORDER BY key_id"
    ))
    .fetch_all()
    .await
}

/// The key is out of use for good. The caller has locked it, and has seen that nothing is sealed with it.
pub(crate) async fn retire(tx: &mut Tx, key_id: &str) -> Result<(), DbError> {
    tx.query(sql!("UPDATE sealing_keys SET check_value = 'retired' WHERE key_id = $1"))
        .bind(key_id.to_owned())
        .execute_one("sealing_keys", key_id)
        .await
}

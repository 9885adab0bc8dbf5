//! What this instance keeps about itself, by name.

use crate::db::{Db, DbError, Tx};
use crate::sql;

/// The value of that name.
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .query(sql!("SELECT value FROM instance_settings WHERE name = $1"))
        .bind(name.to_owned())
        .fetch_optional()
        .await?;
    Ok(row.map(|(value,)| value))
}

/// As [`get`], outside any transaction.
pub async fn read(db: &Db, name: &str) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = db
        .read(sql!("SELECT value FROM instance_settings WHERE name = $1"))
        .bind(name.to_owned())
        .fetch_optional()
        .await?;
    Ok(row.map(|(value,)| value))
}

/// Stores a value over the one that was there.
pub async fn put(tx: &mut Tx, name: &str, value: &str) -> Result<(), DbError> {
    tx.query(sql!(
        "INSERT INTO instance_settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
        // MySQL has no ON CONFLICT.
        mysql: "INSERT INTO instance_settings (name, value) VALUES ($1, $2) ON DUPLICATE KEY UPDATE value = $2"
    ))
    .bind(name.to_owned())
    .bind(value.to_owned())
    .execute()
    .await
    .map(drop)
}

/// Stores a value that must not change once it is there; `false`: there is one already.
pub async fn insert_new(tx: &mut Tx, name: &str, value: &str) -> Result<bool, DbError> {
    tx.query(
        sql!("INSERT INTO instance_settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        mysql: "INSERT INTO instance_settings (name, value) VALUES ($1, $2)"),
    )
    .bind(name.to_owned())
    .bind(value.to_owned())
    .insert_new()
    .await
}

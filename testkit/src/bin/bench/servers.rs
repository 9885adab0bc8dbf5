//! The databases: which they are, and what they promise when they say that something is committed.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use shared::clock::Clock;
use shared::db::{Db, Engine, Patience};
use shared::sql;
use testkit::TestDatabase;

/// A database that was measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Server {
    /// `sqlite`, `postgresql`, `mysql`.
    pub(crate) engine: String,
    /// The product and its version.
    pub(crate) title: String,
    /// Settings on which it depends what a commit is worth.
    pub(crate) durability: Vec<String>,
}

impl Server {
    /// Asks it; fails if it is not there.
    pub(crate) async fn ask(engine: Engine) -> Result<Self> {
        if let Some(variable) = TestDatabase::lacks(engine) {
            bail!(
                "{variable} is not set: run `cargo xtask bench`, which finds the server, or name others with `--databases`"
            );
        }
        let database = TestDatabase::create(engine);
        let patience = Patience { tries: 1, pause: Duration::ZERO };
        let db = Db::open(database.config(), 1, patience, &Clock::system())
            .await
            .with_context(|| format!("{engine} cannot be used"))?;
        let asked = match engine {
            Engine::Sqlite => sqlite(&db).await,
            Engine::Postgres => postgres(&db).await,
            Engine::MySql => mysql(&db).await,
        };
        db.close().await;
        let (title, durability) = asked?;
        Ok(Self { engine: engine.to_string(), title, durability })
    }
}

type Described = (String, Vec<String>);

async fn sqlite(db: &Db) -> Result<Described> {
    let (version,): (String,) = db.read(sql!("SELECT sqlite_version()")).fetch_one().await?;
    let (journal,): (String,) = db.read(sql!("PRAGMA journal_mode")).fetch_one().await?;
    let (synchronous,): (i64,) = db.read(sql!("PRAGMA synchronous")).fetch_one().await?;
    let synchronous = match synchronous {
        0 => "OFF",
        1 => "NORMAL",
        2 => "FULL",
        _ => "EXTRA",
    };
    let durability = vec![format!("synchronous={synchronous}"), format!("journal_mode={journal}")];
    Ok((format!("SQLite {version}"), durability))
}

async fn postgres(db: &Db) -> Result<Described> {
    let (version, commit, fsync, pages): (String, String, String, String) = db
        .read(sql!(
            "SELECT version(), current_setting('synchronous_commit'), current_setting('fsync'),
                    current_setting('full_page_writes')"
        ))
        .fetch_one()
        .await?;
    let title = version.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let durability = vec![
        format!("synchronous_commit={commit}"),
        format!("fsync={fsync}"),
        format!("full_page_writes={pages}"),
    ];
    Ok((title, durability))
}

async fn mysql(db: &Db) -> Result<Described> {
    let (version, flush, log, sync): (String, i64, i64, i64) = db
        .read(sql!(
            "SELECT VERSION(), CAST(@@innodb_flush_log_at_trx_commit AS SIGNED), CAST(@@log_bin AS SIGNED),
                    CAST(@@sync_binlog AS SIGNED)"
        ))
        .fetch_one()
        .await?;
    let product = if version.contains("MariaDB") { "MariaDB" } else { "MySQL" };
    let number = version.split('-').next().unwrap_or_default();
    let mut durability =
        vec![format!("innodb_flush_log_at_trx_commit={flush}"), format!("log_bin={log}")];
    if log != 0 {
        durability.push(format!("sync_binlog={sync}"));
    }
    Ok((format!("{product} {number}"), durability))
}

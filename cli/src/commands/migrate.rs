//! `syncbot migrate`

use std::process::ExitCode;

use shared::clock::Clock;
use shared::config::{MigrateConfig, Source};
use shared::db::{Db, Patience};
use shared::process;

pub(crate) fn main() -> ExitCode {
    process::main(
        "syncbot-migrate",
        MigrateConfig::load(Source::of_process()),
        |config| &config.telemetry,
        migrate,
    )
}

async fn migrate(config: MigrateConfig) -> anyhow::Result<()> {
    let db = Db::open(&config.database, 1, Patience::default(), &Clock::system()).await?;
    println!("The {} database is up to date.", db.engine());
    db.close().await;
    Ok(())
}

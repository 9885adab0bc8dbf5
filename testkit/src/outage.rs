//! What keeps SyncBot from its database: a closed road to the server, or another process's write lock.

use std::time::Duration;

use shared::db::{Db, Tx};

use crate::{Proxy, TestDatabase};

/// A database that goes away and comes back.
#[derive(Debug)]
pub enum Outage {
    /// Of a server.
    Road(Proxy),
    /// Of SQLite, whose file can only be locked.
    Lock(Option<Tx>),
}

impl Outage {
    /// To be called before anybody opens the database.
    pub async fn prepare(database: &mut TestDatabase) -> Self {
        match database.server() {
            Some(server) => {
                let road = Proxy::to(server).await;
                database.go_through(&road);
                Self::Road(road)
            }
            None => Self::Lock(None),
        }
    }

    /// Nothing can be written from now on.
    pub async fn begin(&mut self, database: &TestDatabase) {
        match self {
            Self::Road(road) => road.close(),
            Self::Lock(lock) => *lock = Some(database.open().await.begin().await.expect("locked")),
        }
    }

    /// All is well again.
    pub fn end(&mut self) {
        match self {
            Self::Road(road) => road.reopen(),
            Self::Lock(lock) => drop(lock.take()),
        }
    }

    /// Returns once a writer would have to wait.
    pub async fn until_nothing_can_be_written(db: &Db) {
        const LONGER_THAN_A_COMMIT: Duration = Duration::from_millis(200);
        while let Ok(Ok(tx)) = tokio::time::timeout(LONGER_THAN_A_COMMIT, db.begin()).await {
            drop(tx);
        }
    }
}

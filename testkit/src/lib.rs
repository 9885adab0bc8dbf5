//! What SyncBot's tests stand on: a fresh database for each, on every engine, and the whole system between
//! simulated workspaces.
//!
//! Write a test once with [`on_each_database!`]; it runs on SQLite, PostgreSQL and MySQL (MariaDB).
//! `cargo xtask test` finds or sets up the servers and says which of them ran. Start with [`TestApp`] and
//! test from the outside: what is said in one workspace, what appears in another.

mod administer;
mod app;
mod channels;
mod crashable;
mod database;
mod fragile_road;
mod mentions;
pub mod model;
mod outage;
mod own_server;
mod people;
mod process;
mod proxy;
mod request;
mod settings;
mod stage;
mod tls_road;
mod town;
mod visitor;

pub use app::{App, TestApp};
pub use channels::Way;
pub use crashable::CrashableWorker;
pub use database::TestDatabase;
pub use fragile_road::FragileRoad;
pub use mentions::mentions;
pub use outage::Outage;
pub use own_server::{NoServer, OwnServer};
pub use process::{Process, binary};
pub use proxy::Proxy;
pub use request::{SignedRequest, get};
pub use settings::{chromedriver, pictures, surroundings};
pub use shared::db::Engine;
pub use stage::{ACME, BIRCH, CEDAR, Side};
pub use tls_road::TlsRoad;
pub use town::{SIGNING_SECRET, Town, process_variables, url_in};
pub use visitor::{Seen, Visitor};

/// How long a test waits for what should happen in milliseconds, on a machine that is busy with other tests.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// Makes one test of each function for each database: `name::sqlite`, `name::postgres`, `name::mysql`.
#[macro_export]
macro_rules! on_each_database {
    ($($(#[$attribute:meta])* async fn $name:ident($database:ident: TestDatabase) $body:block)+) => { $(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn run($database: $crate::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::TestDatabase::create($crate::Engine::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run($crate::TestDatabase::create($crate::Engine::Postgres)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mysql() {
                run($crate::TestDatabase::create($crate::Engine::MySql)).await;
            }
        }
    )+ };
}

/// As [`on_each_database!`], for what can happen only between a process and a server: `name::postgres`, `name::mysql`.
#[macro_export]
macro_rules! on_each_server {
    ($($(#[$attribute:meta])* async fn $name:ident($database:ident: TestDatabase) $body:block)+) => { $(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn run($database: $crate::TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run($crate::TestDatabase::create($crate::Engine::Postgres)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn mysql() {
                run($crate::TestDatabase::create($crate::Engine::MySql)).await;
            }
        }
    )+ };
}

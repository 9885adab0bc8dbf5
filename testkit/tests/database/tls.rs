//! The way to a server: encrypted and verified, or not at all.

use std::path::PathBuf;

use shared::clock::Clock;
use shared::config::{DatabaseConfig, DatabaseTarget, Tls};
use shared::db::{Db, Engine, OpenError, Patience};
use shared::sql;
use testkit::{TestDatabase, TlsRoad};

const ONCE: Patience = Patience { tries: 1, pause: std::time::Duration::ZERO };

/// The same database, over a road.
fn over(database: &TestDatabase, host: &str, port: u16, ca: Option<PathBuf>) -> DatabaseConfig {
    let mut config = database.config().clone();
    let DatabaseTarget::Server { host: old_host, port: old_port, .. } = &mut config.target else {
        panic!("a server")
    };
    (*old_host, *old_port) = (host.to_owned(), port);
    DatabaseConfig { tls: Tls::Verify { ca }, ..config }
}

async fn open(config: &DatabaseConfig) -> Result<Db, OpenError> {
    Db::open(config, 2, ONCE, &Clock::system()).await
}

async fn verifies(engine: Engine) {
    let database = TestDatabase::create(engine);
    let server = database.server().expect("a server");
    let road = TlsRoad::to(engine, server.clone(), "localhost").await;

    let db = open(&over(&database, "localhost", road.port(), Some(road.authority())))
        .await
        .expect("verified");
    let answer: (i64,) =
        db.read(sql!("SELECT COUNT(*) FROM jobs")).fetch_one().await.expect("it answers");
    assert_eq!(answer, (0,));

    let refused = async |config: DatabaseConfig, why: &str| {
        let error = open(&config).await.expect_err(why);
        assert!(matches!(error, OpenError::Refused { .. }), "{why}: {error:?}");
        assert!(error.to_string().contains("DATABASE_SSL_CA_PATH"), "{why}: {error}");
    };
    refused(over(&database, "localhost", road.port(), None), "the authority is not known").await;
    let other = TlsRoad::to(engine, server.clone(), "localhost").await;
    refused(
        over(&database, "localhost", road.port(), Some(other.authority())),
        "another authority",
    )
    .await;
    refused(
        over(&database, "127.0.0.1", road.port(), Some(road.authority())),
        "the name is not in the certificate",
    )
    .await;
    let (host, port) = server.rsplit_once(':').expect("a port");
    let plain = over(&database, host, port.parse().expect("a port"), Some(road.authority()));
    refused(plain, "the server offers no TLS").await;
}

#[tokio::test]
async fn postgres() {
    verifies(Engine::Postgres).await;
}

#[tokio::test]
async fn mysql() {
    verifies(Engine::MySql).await;
}

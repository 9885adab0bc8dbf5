//! The schema: made once, equal on each engine, refused when it cannot be right.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use shared::clock::Clock;
use shared::config::{DatabaseConfig, DatabaseTarget, Tls};
use shared::db::{Db, Engine, OpenError, Patience};
use shared::sql;
use testkit::{FragileRoad, TestDatabase, on_each_database};

const IMPATIENT: Patience = Patience { tries: 2, pause: Duration::from_millis(10) };

on_each_database! {
    async fn processes_that_start_at_once_migrate_once(database: TestDatabase) {
        let starts = (0..6).map(|_| {
            let config = database.config().clone();
            tokio::spawn(async move { Db::open(&config, 2, Patience::default(), &Clock::system()).await })
        });
        for started in futures::future::join_all(starts).await {
            started.expect("no panic").expect("every one of them starts");
        }
        let applied: Vec<(i64,)> =
            database.open().await.read(sql!("SELECT version FROM _sqlx_migrations")).fetch_all().await.expect("read");
        let versions: BTreeSet<i64> = applied.iter().map(|(version,)| *version).collect();
        assert!(versions.len() >= 4 && versions.len() == applied.len(), "{applied:?}");
    }

    async fn a_changed_migration_is_refused_at_once_and_not_tried_again(database: TestDatabase) {
        let db = database.open().await;
        db.write(sql!("UPDATE _sqlx_migrations SET checksum = $1 WHERE version = 1"))
            .bind(vec![0u8; 48]).execute_one("_sqlx_migrations", 1).await.expect("tampered with");
        let began = Instant::now();
        let error = Db::open(database.config(), 2, Patience::default(), &Clock::system()).await.expect_err("refused");
        assert!(matches!(error, OpenError::Migration(_)), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(2), "it was tried again");
    }

    async fn a_newer_programs_migrations_do_not_stop_an_older_program(database: TestDatabase) {
        let db = database.open().await;
        db.write(sql!(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, $1, 0)"
        ))
        .bind(vec![1u8; 48]).execute_one("_sqlx_migrations", 9999).await.expect("inserted");
        database.open().await;
    }
}

/// `table.column null?`, `table key(columns)`: what must be equal on each engine.
async fn shape(db: &Db) -> BTreeSet<String> {
    let columns = db.read(sql!(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), CAST(is_nullable AS TEXT) FROM information_schema.columns
         WHERE table_schema = current_schema()",
        mysql: "SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = DATABASE()",
        sqlite: "SELECT t.name, c.name, CASE WHEN c.\"notnull\" OR c.pk > 0 THEN 'NO' ELSE 'YES' END
         FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'"
    ));
    let columns: Vec<(String, String, String)> = columns.fetch_all().await.expect("columns");
    let keys = db.read(sql!(
        "SELECT CAST(t.relname AS TEXT), CAST(string_agg(a.attname, ',' ORDER BY k.place) AS TEXT)
         FROM pg_index AS i JOIN pg_class AS t ON t.oid = i.indrelid JOIN pg_namespace AS n ON n.oid = t.relnamespace
         CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place)
         JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.attnum
         WHERE n.nspname = current_schema() AND i.indisunique GROUP BY t.relname, i.indexrelid",
        mysql: "SELECT table_name, GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM information_schema.statistics
         WHERE table_schema = DATABASE() AND non_unique = 0 GROUP BY table_name, index_name",
        sqlite: "SELECT t.name, (SELECT group_concat(name) FROM (SELECT c.name FROM pragma_index_info(i.name) AS c ORDER BY c.seqno))
         FROM sqlite_schema AS t JOIN pragma_index_list(t.name) AS i WHERE t.type = 'table' AND i.\"unique\""
    ));
    let keys: Vec<(String, String)> = keys.fetch_all().await.expect("keys");
    let references = db.read(sql!(
        "SELECT CAST(t.relname AS TEXT), CAST(f.relname AS TEXT), COUNT(*) FROM pg_constraint AS c
         JOIN pg_class AS t ON t.oid = c.conrelid JOIN pg_class AS f ON f.oid = c.confrelid
         JOIN pg_namespace AS n ON n.oid = t.relnamespace
         WHERE c.contype = 'f' AND n.nspname = current_schema() GROUP BY t.relname, f.relname",
        mysql: "SELECT table_name, referenced_table_name, COUNT(*) FROM information_schema.referential_constraints
         WHERE constraint_schema = DATABASE() GROUP BY table_name, referenced_table_name",
        sqlite: "SELECT t.name, f.\"table\", COUNT(*) FROM sqlite_schema AS t JOIN pragma_foreign_key_list(t.name) AS f
         WHERE t.type = 'table' GROUP BY t.name, f.\"table\""
    ));
    let references: Vec<(String, String, i64)> = references.fetch_all().await.expect("references");
    let own = |table: &String| !table.starts_with("_sqlx") && !table.starts_with("sqlite_");
    let columns = columns
        .iter()
        .filter(|(table, ..)| own(table))
        .map(|(table, column, null)| format!("{table}.{column} null={null}"));
    let keys = keys
        .iter()
        .filter(|(table, _)| own(table))
        .map(|(table, key)| format!("{table} unique({key})"));
    let references =
        references.iter().map(|(from, to, count)| format!("{from} refers to {to} {count} time(s)"));
    columns.chain(keys).chain(references).collect()
}

/// Compares with SQLite, which is always there.
async fn has_the_shape_of_sqlite(engine: Engine) {
    let sqlite = TestDatabase::create(Engine::Sqlite);
    let other = TestDatabase::create(engine);
    let (wanted, found) = (shape(&sqlite.open().await).await, shape(&other.open().await).await);
    assert!(wanted.len() > 60, "{wanted:#?}");
    let missing: Vec<_> = wanted.difference(&found).collect();
    let additional: Vec<_> = found.difference(&wanted).collect();
    assert!(
        missing.is_empty() && additional.is_empty(),
        "{engine} lacks {missing:#?} and has {additional:#?}"
    );
}

mod the_schema_is_the_same_on_each_engine {
    use super::*;

    #[tokio::test]
    async fn postgres() {
        has_the_shape_of_sqlite(Engine::Postgres).await;
    }

    #[tokio::test]
    async fn mysql() {
        has_the_shape_of_sqlite(Engine::MySql).await;
    }
}

/// A first start that ends after so many requests, and the next one; `false`: it did not end.
async fn half_a_start_and_the_next(requests: i64, wanted: &BTreeSet<String>) -> bool {
    const ONCE: Patience = Patience { tries: 1, pause: Duration::ZERO };
    let mut database = TestDatabase::create(Engine::MySql);
    let direct = database.config().clone();
    let server = database.server().expect("a server");
    let road = FragileRoad::that_dies_after(requests, server).await;
    database.go_through_port(road.port());
    if Db::open(database.config(), 1, ONCE, &Clock::system()).await.is_ok() {
        return false;
    }
    let next = Db::open(&direct, 2, Patience::default(), &Clock::system()).await;
    let next = next.unwrap_or_else(|error| panic!("after {requests} requests: {error:?}"));
    assert_eq!(shape(&next).await, *wanted, "after {requests} requests");
    true
}

mod a_first_start_that_dies_anywhere_is_finished_by_the_next {
    use super::*;

    /// MySQL commits each change of the schema by itself; the other databases do all of it or nothing.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn mysql() {
        // Before this many requests nothing has been changed.
        const FIRST: i64 = 12;
        const AT_ONCE: i64 = 8;
        let sqlite = TestDatabase::create(Engine::Sqlite);
        let wanted = shape(&sqlite.open().await).await;
        let (mut halves, mut from) = (0, FIRST);
        loop {
            let starts =
                (from..from + AT_ONCE).map(|requests| half_a_start_and_the_next(requests, &wanted));
            let ended = futures::future::join_all(starts).await;
            halves += ended.iter().filter(|ended| **ended).count();
            if ended.contains(&false) {
                break;
            }
            from += AT_ONCE;
        }
        assert!(halves > 20, "{halves}: that is fewer than there are statements");
    }
}

mod names_with_capitals_or_a_digit_in_front_are_names {
    use super::*;

    async fn opens(engine: Engine) {
        for prefix in ["SyncBot_Test", "1_syncbot_test"] {
            let database = TestDatabase::create_named(engine, prefix);
            let opened =
                Db::open(database.config(), 2, Patience::default(), &Clock::system()).await;
            opened.unwrap_or_else(|error| panic!("{prefix}: {error:?}"));
        }
    }

    #[tokio::test]
    async fn postgres() {
        opens(Engine::Postgres).await;
    }

    #[tokio::test]
    async fn mysql() {
        opens(Engine::MySql).await;
    }
}

#[tokio::test]
async fn a_sqlite_file_that_cannot_be_used_is_refused_and_not_waited_for() {
    let database = TestDatabase::create(Engine::Sqlite);
    let DatabaseTarget::File(path) = &database.config().target else { panic!("a file") };
    std::fs::create_dir(path).expect("a folder in its place");
    let error =
        Db::open(database.config(), 2, IMPATIENT, &Clock::system()).await.expect_err("refused");
    assert!(matches!(error, OpenError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("writable"), "{error}");
}

fn server(engine: Engine, host: &str, port: u16) -> DatabaseConfig {
    let target = DatabaseTarget::Server {
        host: host.to_owned(),
        port,
        user: "nobody".to_owned(),
        password: "wrong".into(),
        schema: "syncbot".to_owned(),
    };
    DatabaseConfig { engine, target, tls: Tls::Off }
}

#[tokio::test]
async fn a_database_that_nobody_answers_for_is_waited_for_and_then_named() {
    // The port of a listener that is gone.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("bound")
        .local_addr()
        .expect("bound")
        .port();
    for engine in [Engine::Postgres, Engine::MySql] {
        let error = Db::open(&server(engine, "127.0.0.1", port), 2, IMPATIENT, &Clock::system())
            .await
            .expect_err("nobody");
        assert!(matches!(error, OpenError::Unreachable { tries: 2, .. }), "{error:?}");
        assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
    }
}

#[tokio::test]
async fn a_sqlite_file_in_a_folder_that_does_not_exist_is_refused_at_once() {
    let target = DatabaseTarget::File("/no/such/folder/syncbot.sqlite3".into());
    let config = DatabaseConfig { engine: Engine::Sqlite, target, tls: Tls::Off };
    let error =
        Db::open(&config, 2, Patience::default(), &Clock::system()).await.expect_err("no folder");
    assert!(error.to_string().contains("/no/such/folder"), "{error}");
}

mod wrong_credentials_are_refused_at_once {
    use super::*;

    async fn refuses(engine: Engine) {
        let database = TestDatabase::create(engine);
        let DatabaseTarget::Server { host, port, .. } = &database.config().target else {
            panic!("a server")
        };
        let began = Instant::now();
        let error =
            Db::open(&server(engine, host, *port), 2, Patience::default(), &Clock::system())
                .await
                .expect_err("refused");
        assert!(matches!(error, OpenError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains("DATABASE_USER"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(2), "it was tried again");
    }

    #[tokio::test]
    async fn postgres() {
        refuses(Engine::Postgres).await;
    }

    #[tokio::test]
    async fn mysql() {
        refuses(Engine::MySql).await;
    }
}

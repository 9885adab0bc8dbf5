//! A fresh database for one test, gone afterwards.

use secrecy::{ExposeSecret as _, SecretString};
use shared::clock::Clock;
use shared::config::{DatabaseConfig, DatabaseTarget, Tls};
use shared::db::{Db, Engine, Patience};
use url::Url;

use crate::administer::administer;
use crate::{OwnServer, Proxy, settings};

/// A database of its own for one test.
#[derive(Debug)]
pub struct TestDatabase {
    config: DatabaseConfig,
    /// The server's own port, when `config` has that of a proxy.
    direct_port: Option<u16>,
    folder: Option<tempfile::TempDir>,
}

/// More than any test needs at once.
const CONNECTIONS: u32 = 10;

impl TestDatabase {
    /// A database that does not exist yet: opening it creates it.
    pub fn create(engine: Engine) -> Self {
        Self::create_named(engine, "syncbot_test")
    }

    /// As [`TestDatabase::create`], with the beginning of its name.
    pub fn create_named(engine: Engine, prefix: &str) -> Self {
        let (target, folder) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder can be made");
                (DatabaseTarget::File(folder.path().join("syncbot.sqlite3")), Some(folder))
            }
            Engine::Postgres => {
                (on_server(&settings::server(settings::POSTGRES_URL), 5432, prefix), None)
            }
            Engine::MySql => {
                (on_server(&settings::server(settings::MYSQL_URL), 3306, prefix), None)
            }
        };
        let config = DatabaseConfig { engine, target, tls: Tls::Off };
        Self { config, direct_port: None, folder }
    }

    /// As [`TestDatabase::create`], on a server of the test's own. It goes before its server does: declare it
    /// after it.
    pub fn on(server: &OwnServer) -> Self {
        let config = server.config(fresh_name("syncbot_test"));
        Self { config, direct_port: None, folder: None }
    }

    /// The variable that must name a server before such a database can be made; `None`: it can.
    pub fn lacks(engine: Engine) -> Option<&'static str> {
        let name = match engine {
            Engine::Sqlite => return None,
            Engine::Postgres => settings::POSTGRES_URL,
            Engine::MySql => settings::MYSQL_URL,
        };
        (!settings::is_set(name)).then_some(name)
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.config.engine
    }

    /// Where it is.
    pub fn config(&self) -> &DatabaseConfig {
        &self.config
    }

    /// Host and port of its server; `None` for SQLite.
    pub fn server(&self) -> Option<String> {
        match &self.config.target {
            DatabaseTarget::Server { host, port, .. } => Some(format!("{host}:{port}")),
            _ => None,
        }
    }

    /// From now on, the server is reached through `road`.
    pub fn go_through(&mut self, road: &Proxy) {
        self.go_through_port(road.port());
    }

    /// From now on, the server is reached through this port.
    pub fn go_through_port(&mut self, road: u16) {
        if let DatabaseTarget::Server { port, .. } = &mut self.config.target {
            self.direct_port = Some(std::mem::replace(port, road));
        }
    }

    /// Opens it as a process does: created if missing, migrated.
    pub async fn open(&self) -> Db {
        Db::open(&self.config, CONNECTIONS, Patience::default(), &Clock::system())
            .await
            .expect("the test database opens")
    }

    /// Its address, for a process of its own.
    pub fn url(&self) -> String {
        match &self.config.target {
            DatabaseTarget::File(path) => format!("sqlite:///{}", path.display()),
            DatabaseTarget::Server { host, port, user, password, schema } => {
                format!(
                    "{}://{user}:{}@{host}:{port}/{schema}",
                    self.config.engine,
                    password.expose_secret()
                )
            }
            DatabaseTarget::Url(url) => url.expose_secret().to_owned(),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if settings::keeps_databases() {
            if let Some(folder) = self.folder.take() {
                let _ = folder.keep();
            }
            return;
        }
        let mut config = self.config.clone();
        if let (DatabaseTarget::Server { port, .. }, Some(direct)) =
            (&mut config.target, self.direct_port)
        {
            *port = direct;
        }
        // `drop` cannot wait for a future of the runtime that it may be running on.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(drop_database(&config)).map_err(std::io::Error::other)
        });
        // A database that stays behind fails no test; the next run removes it.
        let _ = dropped.join();
    }
}

fn on_server(server: &Url, default_port: u16, prefix: &str) -> DatabaseTarget {
    DatabaseTarget::Server {
        host: server.host_str().expect("the server's address has a host").to_owned(),
        port: server.port().unwrap_or(default_port),
        user: server.username().to_owned(),
        password: SecretString::from(server.password().unwrap_or_default()),
        schema: fresh_name(prefix),
    }
}

fn fresh_name(prefix: &str) -> String {
    format!("{prefix}_{:016x}", rand::random::<u64>())
}

async fn drop_database(config: &DatabaseConfig) -> sqlx::Result<()> {
    let DatabaseTarget::Server { schema, .. } = &config.target else { return Ok(()) };
    let statement = match config.engine {
        Engine::Postgres => format!("DROP DATABASE IF EXISTS \"{schema}\" WITH (FORCE)"),
        Engine::MySql | Engine::Sqlite => format!("DROP DATABASE IF EXISTS `{schema}`"),
    };
    administer(config, statement).await
}

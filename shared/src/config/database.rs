//! Which database, where it is, and how the way there is protected.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::address::{self, TlsInUrl};
use super::problems::Problem;
use super::reader::Reader;

/// One of the databases that SyncBot runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// MySQL 8 or MariaDB ≥ 10.6.
    MySql,
    /// PostgreSQL.
    Postgres,
    /// SQLite, in a file.
    Sqlite,
}

impl Engine {
    /// The port that its servers listen on when nobody says otherwise.
    fn default_port(self) -> u16 {
        if self == Self::Postgres { 5432 } else { 3306 }
    }

    fn of_scheme(scheme: &str) -> Option<Self> {
        match scheme {
            "mysql" | "mysql+pymysql" | "mariadb" => Some(Self::MySql),
            "postgresql" | "postgresql+psycopg2" | "postgres" => Some(Self::Postgres),
            "sqlite" => Some(Self::Sqlite),
            _ => None,
        }
    }
}

impl FromStr for Engine {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.to_ascii_lowercase().as_str() {
            "mysql" => Ok(Self::MySql),
            "postgresql" => Ok(Self::Postgres),
            "sqlite" => Ok(Self::Sqlite),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MySql => "mysql",
            Self::Postgres => "postgresql",
            Self::Sqlite => "sqlite",
        })
    }
}

/// The database to use.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// Which kind it is.
    pub engine: Engine,
    /// Where it is.
    pub target: DatabaseTarget,
    /// How the connection is protected; without meaning for SQLite.
    pub tls: Tls,
}

/// Where the database is.
#[derive(Debug, Clone)]
pub enum DatabaseTarget {
    /// A file, created when missing.
    File(PathBuf),
    /// `mysql://…` or `postgresql://…`; the database must exist.
    Url(SecretString),
    /// A server; the database (`schema`) is created when missing.
    Server {
        /// Name or address.
        host: String,
        /// TCP port.
        port: u16,
        /// User, as it is.
        user: String,
        /// Password, as it is.
        password: SecretString,
        /// Name of the database: letters, digits, underscores.
        schema: String,
    },
}

/// How the connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    Off,
    /// Encrypted; certificate and host name are verified, with this file's authorities as well.
    Verify {
        /// PEM file.
        ca: Option<PathBuf>,
    },
    /// As the operator wrote in the address, with this file's authorities where the address verifies.
    AsInUrl {
        /// PEM file.
        ca: Option<PathBuf>,
    },
}

const URL: &str = "DATABASE_URL";
const SCHEMA: &str = "DATABASE_SCHEMA";
const CA_PATH: &str = "DATABASE_SSL_CA_PATH";

/// Where operating systems keep their bundle of authorities.
const SYSTEM_CA_FILES: [&str; 3] =
    ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem"];

impl DatabaseConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let backend_is_given = reader.is_given("DATABASE_BACKEND");
        let backend = reader.parsed("DATABASE_BACKEND", |text| text.parse::<Engine>().ok());
        let address = reader.secret(URL);
        let server = ServerParts::read(reader);
        let tls_wanted = reader.flag("DATABASE_TLS_ENABLED", &["1", "true", "yes", "on"]);
        let ca = reader.text(CA_PATH).map(PathBuf::from);

        let backend = backend?;
        let (engine, target, tls_in_url) = match address {
            Some(address) => {
                let parsed = parse_address(address.expose_secret().trim());
                let (engine, target, tls_in_url) =
                    parsed.map_err(|why| reader.problem(Problem::invalid(URL, why))).ok()?;
                if backend_is_given && engine != backend {
                    let why = format!(
                        "it names a {engine} database, but DATABASE_BACKEND is `{backend}`"
                    );
                    reader.problem(Problem::invalid(URL, &why));
                    return None;
                }
                (engine, target, tls_in_url)
            }
            None if backend == Engine::Sqlite => {
                reader.problem(Problem::missing(URL));
                return None;
            }
            None => (backend, server.complete(backend, reader)?, None),
        };
        let tls = match engine {
            Engine::Sqlite => Tls::Off,
            _ if let Some(mode) = tls_in_url => {
                Tls::AsInUrl { ca: authorities_for(mode, ca, reader)? }
            }
            _ if tls_wanted => Tls::Verify { ca: authorities(ca, reader)? },
            _ => Tls::Off,
        };
        Some(Self { engine, target, tls })
    }
}

/// The variables that name a server one by one.
struct ServerParts {
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    password: Option<SecretString>,
    schema: Option<String>,
}

impl ServerParts {
    fn read(reader: &mut Reader) -> Self {
        Self {
            host: reader.text("DATABASE_HOST"),
            port: reader
                .parsed("DATABASE_PORT", |text| text.parse().ok().filter(|port| *port != 0)),
            user: reader.text("DATABASE_USER"),
            password: reader.passphrase("DATABASE_PASSWORD"),
            schema: reader.parsed(SCHEMA, |text| is_plain_name(text).then(|| text.to_owned())),
        }
    }

    /// All of them, or a problem for each that is missing.
    fn complete(self, engine: Engine, reader: &mut Reader) -> Option<DatabaseTarget> {
        let mut absent = |name, is_absent: bool| {
            if is_absent {
                reader.problem(Problem::missing(name));
            }
        };
        absent("DATABASE_HOST", self.host.is_none());
        absent("DATABASE_USER", self.user.is_none());
        absent("DATABASE_PASSWORD", self.password.is_none());
        // An invalid one was reported when it was read.
        if !reader.is_given(SCHEMA) {
            reader.problem(Problem::missing(SCHEMA));
        }
        Some(DatabaseTarget::Server {
            host: self.host?,
            port: self.port.unwrap_or(engine.default_port()),
            user: self.user?,
            password: self.password?,
            schema: self.schema?,
        })
    }
}

/// Letters, digits and underscores: what can stand in `CREATE DATABASE` without quoting rules.
fn is_plain_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Engine, target, and what the address itself says about TLS. The error never quotes it.
fn parse_address(
    address: &str,
) -> Result<(Engine, DatabaseTarget, Option<TlsInUrl>), &'static str> {
    let (scheme, rest) = address.split_once("://").ok_or("it has no `scheme://`")?;
    let engine = Engine::of_scheme(&scheme.to_ascii_lowercase())
        .ok_or("its scheme is none of `mysql`, `postgresql` and `sqlite`")?;
    if engine == Engine::Sqlite {
        let path = rest
            .strip_prefix('/')
            .ok_or("a SQLite file follows three slashes, or four when its path is absolute")?;
        let path = path.split('?').next().unwrap_or_default();
        if path.is_empty() || path == ":memory:" {
            return Err("SQLite needs a file: in memory, everything would be lost at exit");
        }
        return Ok((engine, DatabaseTarget::File(path.into()), None));
    }
    let scheme = if engine == Engine::MySql { "mysql" } else { "postgresql" };
    let address = format!("{scheme}://{rest}");
    let url = Url::parse(&address)
        .map_err(|_| "it is not a URL; are special characters of the password percent-encoded?")?;
    let tls = address::check(engine, &url)?;
    Ok((engine, DatabaseTarget::Url(address.into()), tls))
}

/// The authorities that were named for an address that says itself how it is protected.
#[expect(clippy::option_option, reason = "the outer one says that a problem was reported")]
fn authorities_for(
    tls: TlsInUrl,
    given: Option<PathBuf>,
    reader: &mut Reader,
) -> Option<Option<PathBuf>> {
    if given.is_none() {
        return Some(None);
    }
    let why = match tls {
        TlsInUrl { verifies: false, .. } => {
            "it has no effect, because the `sslmode` in DATABASE_URL verifies no certificate; use one that does, such as `verify-full` (`VERIFY_IDENTITY` for MySQL), or remove it"
        }
        TlsInUrl { names_authorities: true, .. } => {
            "DATABASE_URL names authorities as well; remove one of the two"
        }
        TlsInUrl { .. } => return authorities(given, reader),
    };
    reader.problem(Problem::invalid(CA_PATH, why));
    None
}

/// `None` inside: no file, the well-known authorities alone.
#[expect(clippy::option_option, reason = "the outer one says that a problem was reported")]
fn authorities(given: Option<PathBuf>, reader: &mut Reader) -> Option<Option<PathBuf>> {
    match given {
        Some(path) if std::fs::File::open(&path).is_ok() => Some(Some(path)),
        Some(path) => {
            let why = format!("the file {} cannot be read", path.display());
            reader.problem(Problem::invalid(CA_PATH, &why));
            None
        }
        None => Some(
            SYSTEM_CA_FILES.iter().map(Path::new).find(|path| path.exists()).map(Path::to_owned),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigError, Loaded, MigrateConfig, Source};

    fn load(values: &[(&str, &str)]) -> Result<Loaded<MigrateConfig>, ConfigError> {
        MigrateConfig::load(Source::fixed(values.iter().copied()))
    }

    fn database(values: &[(&str, &str)]) -> DatabaseConfig {
        load(values).expect("valid").config.database
    }

    fn subjects(values: &[(&str, &str)]) -> Vec<String> {
        let error = load(values).expect_err("not valid");
        error.problems.iter().map(|problem| problem.subject().to_owned()).collect()
    }

    #[test]
    fn the_reference_releases_addresses_are_understood() {
        for (address, engine, normal) in [
            (
                "mysql+pymysql://u:p%40@h/d?charset=utf8mb4",
                Engine::MySql,
                "mysql://u:p%40@h/d?charset=utf8mb4",
            ),
            ("postgresql+psycopg2://u@h:6000/d", Engine::Postgres, "postgresql://u@h:6000/d"),
            ("postgres://u@h/d", Engine::Postgres, "postgresql://u@h/d"),
        ] {
            let config = database(&[("DATABASE_URL", address), ("DATABASE_TLS_ENABLED", "no")]);
            let DatabaseTarget::Url(url) = &config.target else { panic!("{config:?}") };
            assert_eq!((config.engine, url.expose_secret()), (engine, normal));
        }
        for (address, path) in
            [("sqlite:///db.sqlite3", "db.sqlite3"), ("sqlite:////data/a b.db", "/data/a b.db")]
        {
            let config = database(&[("DATABASE_URL", address), ("DATABASE_BACKEND", " SQLite ")]);
            assert!(
                matches!(&config.target, DatabaseTarget::File(file) if file == Path::new(path)),
                "{config:?}"
            );
        }
    }

    #[test]
    fn addresses_that_cannot_work_are_refused_and_never_quoted() {
        for address in [
            "mysql://",
            "mysql://h",
            "oracle://h/d",
            "nonsense",
            "sqlite://db",
            "sqlite://",
            "sqlite:///",
            "sqlite:///:memory:",
            "mysql://u:hunter2@h:port/d",
            // Special characters of a password that are not encoded.
            "postgresql://postgres:p@hunter2/x@127.0.0.1/db",
            "postgresql://postgres:1/hunter2@127.0.0.1/db",
            "mysql://u:p@hunter2/d?x@127.0.0.1/db",
            "mysql://u:p@hunter2/d#x@127.0.0.1/db",
            "postgresql://u:hunter2%FF@h/d",
            "postgresql://u%FF:hunter2@h/d",
            "postgresql://u@h/%FF",
            "postgresql://u@h/d?sslmode=hunter2",
            "mysql://u@h/d?ssl-mode=hunter2",
            "postgresql://u@h/d?port=hunter2",
            "postgresql://u@h/d?hostaddr=hunter2",
            "mysql://u@h/d?statement-cache-capacity=hunter2",
        ] {
            let error = load(&[("DATABASE_URL", address)]).expect_err(address).to_string();
            assert!(error.contains("DATABASE_URL is not valid"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let mismatch = [("DATABASE_URL", "sqlite:///x"), ("DATABASE_BACKEND", "mysql")];
        assert_eq!(subjects(&mismatch), ["DATABASE_URL"]);
        assert_eq!(subjects(&[("DATABASE_BACKEND", "oracle")]), ["DATABASE_BACKEND"]);
        assert_eq!(subjects(&[("DATABASE_BACKEND", "sqlite")]), ["DATABASE_URL"]);
    }

    #[test]
    fn a_server_needs_all_its_parts_and_each_missing_one_is_named() {
        let missing = ["DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD", "DATABASE_SCHEMA"];
        assert_eq!(subjects(&[]), missing);
        assert_eq!(
            subjects(&[("DATABASE_HOST", "h"), ("DATABASE_PORT", "99999")])[0],
            "DATABASE_PORT"
        );
        let server = [
            ("DATABASE_HOST", "h"),
            ("DATABASE_USER", "prefix.user"),
            ("DATABASE_PASSWORD", " p@ss/0123 "),
            ("DATABASE_SCHEMA", "syncbot"),
            ("DATABASE_PORT", " "),
        ];
        let DatabaseTarget::Server { port, user, password, .. } = database(&server).target else {
            panic!()
        };
        assert_eq!(
            (port, user.as_str(), password.expose_secret()),
            (3306, "prefix.user", " p@ss/0123 ")
        );
        let mut hostile = server;
        hostile[3].1 = "x; DROP DATABASE y";
        assert_eq!(subjects(&hostile), ["DATABASE_SCHEMA"]);
    }

    #[test]
    fn tls_is_on_outside_local_development_and_the_address_may_decide() {
        let url = ("DATABASE_URL", "postgresql://u@h/d");
        assert!(matches!(database(&[url]).tls, Tls::Verify { .. }));
        assert_eq!(database(&[url, ("LOCAL_DEVELOPMENT", "TRUE")]).tls, Tls::Off);
        for (text, on) in
            [("1", true), ("Yes", true), ("on", true), ("0", false), ("enabled", false)]
        {
            let tls = database(&[url, ("DATABASE_TLS_ENABLED", text)]).tls;
            assert_eq!(tls != Tls::Off, on, "{text}");
        }
        let spoken = ("DATABASE_URL", "postgresql://u@h/d?sslmode=require");
        assert_eq!(database(&[spoken]).tls, Tls::AsInUrl { ca: None });
        assert_eq!(
            subjects(&[url, ("DATABASE_SSL_CA_PATH", "/no/such/file")]),
            ["DATABASE_SSL_CA_PATH"]
        );
    }

    #[test]
    fn authorities_count_for_an_address_that_verifies_and_are_never_ignored() {
        let ca = ("DATABASE_SSL_CA_PATH", "Cargo.toml");
        for mode in ["sslmode=verify-full", "sslmode=verify-ca"] {
            let url = format!("postgresql://u@h/d?{mode}");
            let tls = database(&[("DATABASE_URL", &url), ca]).tls;
            assert_eq!(tls, Tls::AsInUrl { ca: Some("Cargo.toml".into()) }, "{mode}");
        }
        let url = ("DATABASE_URL", "mysql://u@h/d?ssl-mode=verify_identity");
        assert_eq!(database(&[url, ca]).tls, Tls::AsInUrl { ca: Some("Cargo.toml".into()) });
        for mode in ["sslmode=require", "sslmode=verify-full&sslrootcert=x"] {
            let url = format!("postgresql://u@h/d?{mode}");
            assert_eq!(subjects(&[("DATABASE_URL", &url), ca]), ["DATABASE_SSL_CA_PATH"], "{mode}");
        }
    }
}

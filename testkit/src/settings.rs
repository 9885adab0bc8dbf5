//! Where the test servers are: set by `cargo xtask test`, or by hand.

use std::path::PathBuf;

use shared::db::Engine;
use url::Url;

/// Administrator's address of the PostgreSQL server to make test databases on.
pub(crate) const POSTGRES_URL: &str = "SYNCBOT_TEST_POSTGRES_URL";
/// Administrator's address of the MySQL or MariaDB server to make test databases on.
pub(crate) const MYSQL_URL: &str = "SYNCBOT_TEST_MYSQL_URL";
/// Set to keep the databases of tests for a look afterwards.
const KEEP: &str = "SYNCBOT_TEST_KEEP";
/// What must be there, as a list.
const REQUIRE: &str = "SYNCBOT_TEST_REQUIRE";

/// The address in `name`.
pub(crate) fn server(name: &str) -> Url {
    let text = variable(name).unwrap_or_else(|| {
        panic!("{name} is not set: run `cargo xtask test`, which finds or sets up the servers, or set it to a server's address")
    });
    Url::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(crate) fn is_set(name: &str) -> bool {
    variable(name).is_some()
}

/// Whether what is printed is kept with the test's own output, where `cargo xtask test` looks for secrets.
pub(crate) fn is_captured() -> bool {
    variable("NEXTEST").is_some()
}

pub(crate) fn keeps_databases() -> bool {
    variable(KEEP).is_some()
}

/// Whether it fails a test if this machine lacks what the test needs of this kind.
pub(crate) fn requires(engine: Engine) -> bool {
    let name = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
        Engine::MySql => "mysql",
    };
    let required = variable(REQUIRE).unwrap_or_default();
    required.split(',').any(|required| required.trim().eq_ignore_ascii_case(name))
}

/// A program on the path, or else in the first of these folders that has it.
pub(crate) fn program(name: &str, further: &[PathBuf]) -> Option<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(further.iter().cloned());
    folders.map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// The driver of a Chromium; the one on the path unless `SYNCBOT_TEST_CHROMEDRIVER` names another.
pub fn chromedriver() -> PathBuf {
    variable("SYNCBOT_TEST_CHROMEDRIVER").unwrap_or_else(|| "chromedriver".to_owned()).into()
}

/// Where pictures of pages are put, if somebody wants them anew: a folder of the repository.
pub fn pictures() -> Option<PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    variable("SYNCBOT_TEST_PICTURES").map(|folder| root.join(folder))
}

/// What a program needs of its surroundings to find others and a place for its files.
pub fn surroundings() -> Vec<(String, String)> {
    ["PATH", "HOME", "TMPDIR"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), variable(name)?)))
        .collect()
}

/// The number in `name`.
pub(crate) fn number(name: &str) -> Option<u64> {
    let text = variable(name)?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

#[expect(clippy::disallowed_methods, reason = "test settings are no configuration of the product")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

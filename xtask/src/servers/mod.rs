//! Database servers for the tests: the one that is named, or runs here, or can be had.
//!
//! A server that was found is used and never changed. Logins are set up only on servers that were
//! started from `compose.test.yaml` or installed by this program.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use url::Url;

use crate::need::Need;
use crate::run::variable;

mod compose;
mod install;
mod leftovers;
mod mysql;
mod postgres;

pub(crate) use leftovers::remove_leftovers;
pub(crate) use mysql::MySql;
pub(crate) use postgres::Postgres;

/// A kind of server.
pub(crate) trait Engine {
    fn need(&self) -> Need;

    /// The environment variable that names a server, here and in the tests.
    fn variable(&self) -> &'static str;

    /// Where servers of this kind listen, and the logins that developers' servers usually take.
    fn usual_addresses(&self) -> [&'static str; 2];

    /// The service in `compose.test.yaml`, and its address.
    fn compose_service(&self) -> (&'static str, &'static str);

    /// The command-line client, if this machine has one.
    fn client(&self) -> Option<PathBuf>;

    /// What the server answers to statements, a line for each row.
    fn ask(&self, client: &Path, server: &Url, statements: &[&str]) -> Result<String>;

    /// The product and its version, from what `VERSION()` says.
    fn title(&self, version: &str) -> String;

    /// Asks for databases that tests left: made longer ago than any test may run, since others may be
    /// testing on the same server. (MySQL does not know the age of a database without tables.)
    fn leftovers(&self) -> &'static str;

    /// The package that has the server.
    fn package(&self) -> &'static str;

    /// Whether the package's server is on this machine.
    fn is_installed(&self) -> bool;

    /// Starts the package's server, unless it runs.
    fn start(&self) -> Result<()>;

    /// Sets up one of the usual logins.
    fn open_to_tests(&self) -> Result<()>;
}

/// A server that tests can use.
pub(crate) struct Server {
    pub(crate) url: Url,
    /// The product and its version.
    pub(crate) title: String,
}

/// Finds a server, or sets one up. The error says what to do instead.
pub(crate) fn provide(engine: &dyn Engine) -> Result<Server> {
    if let Some(url) = variable(engine.variable()) {
        return named(engine, &url);
    }
    let port_is_free = match running(engine) {
        Running::Usable(server) => return Ok(server),
        Running::Unusable => false,
        Running::Nothing => true,
    };
    if let Some(server) = compose::start(engine) {
        return Ok(server);
    }
    if port_is_free && let Some(server) = install::start(engine) {
        return Ok(server);
    }
    let (variable, [address, _]) = (engine.variable(), engine.usual_addresses());
    bail!("start Docker or a server, or set {variable} to a server's address, such as {address}")
}

fn named(engine: &dyn Engine, url: &str) -> Result<Server> {
    let variable = engine.variable();
    let mut url = Url::parse(url).with_context(|| format!("{variable} is no address"))?;
    if url.port().is_none() {
        let _ = url.set_port(address(engine.usual_addresses()[0]).port());
    }
    let server = probe(engine, url).with_context(|| format!("{variable} cannot be used"))?;
    say(engine, &format!("{} on {}, named by {variable}", server.title, place(&server.url)));
    Ok(server)
}

/// What is at a kind's standard port.
enum Running {
    Usable(Server),
    Unusable,
    Nothing,
}

fn running(engine: &dyn Engine) -> Running {
    let addresses = engine.usual_addresses().map(address);
    let place = place(&addresses[0]);
    if !listens(&addresses[0]) {
        say(engine, &format!("nothing listens on {place}"));
        return Running::Nothing;
    }
    for address in addresses {
        let password =
            if address.password().is_some() { "the usual password" } else { "no password" };
        if let Ok(server) = probe(engine, address) {
            let login = format!("as {} with {password}", server.url.username());
            say(engine, &format!("{} runs on {place} and is used, {login}", server.title));
            return Running::Usable(server);
        }
    }
    say(
        engine,
        &format!("what listens on {place} does not take the usual logins, and is left alone"),
    );
    Running::Unusable
}

/// Tries the login and the right to make databases. Without a client only that something listens.
fn probe(engine: &dyn Engine, url: Url) -> Result<Server> {
    let Some(client) = engine.client() else {
        if !listens(&url) {
            bail!("nothing listens on {}", place(&url));
        }
        let title = format!("{} (not tried, as no client is installed)", engine.need().name());
        return Ok(Server { url, title });
    };
    let database = format!("syncbot_test_probe_{}", std::process::id());
    let (create, drop) =
        (format!("CREATE DATABASE {database}"), format!("DROP DATABASE {database}"));
    let answer = engine.ask(&client, &url, &["SELECT VERSION()", &create, &drop])?;
    Ok(Server { url, title: engine.title(answer.trim()) })
}

fn address(constant: &str) -> Url {
    Url::parse(constant).expect("addresses in this program are right")
}

fn listens(url: &Url) -> bool {
    let timeout = Duration::from_secs(2);
    let mut addresses = place(url).to_socket_addrs().into_iter().flatten();
    addresses.any(|address| TcpStream::connect_timeout(&address, timeout).is_ok())
}

fn place(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port().unwrap_or_default())
}

fn say(engine: &dyn Engine, what: &str) {
    crate::run::say(engine.need().name(), what);
}

//! PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use url::Url;

use crate::need::Need;
use crate::run::{answer, on_path, output};

use super::Engine;

pub(crate) struct Postgres;

impl Engine for Postgres {
    fn need(&self) -> Need {
        Need::Postgres
    }

    fn variable(&self) -> &'static str {
        "SYNCBOT_TEST_POSTGRES_URL"
    }

    fn usual_addresses(&self) -> [&'static str; 2] {
        ["postgres://postgres@127.0.0.1:5432", "postgres://postgres:postgres@127.0.0.1:5432"]
    }

    fn compose_service(&self) -> (&'static str, &'static str) {
        ("postgres", "postgres://postgres:postgres@127.0.0.1:55432")
    }

    fn client(&self) -> Option<PathBuf> {
        on_path(&["psql"])
    }

    fn ask(&self, client: &Path, server: &Url, statements: &[&str]) -> Result<String> {
        let mut url = server.clone();
        url.set_path("/postgres");
        let _ = url.set_password(None);
        let mut psql = Command::new(client);
        psql.args(["--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align"]);
        psql.args(["--set=ON_ERROR_STOP=1", "--dbname"]).arg(url.as_str());
        psql.args(statements.iter().map(|statement| format!("--command={statement}")));
        // The tests know no other password than that of the address.
        psql.env("PGPASSWORD", server.password().unwrap_or_default()).env("PGPASSFILE", "none");
        answer(psql.env("PGCONNECT_TIMEOUT", "5"))
    }

    fn title(&self, version: &str) -> String {
        version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
    }

    fn leftovers(&self) -> &'static str {
        "SELECT datname FROM pg_database WHERE datname LIKE 'syncbot\\_test\\_%'
         AND (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - INTERVAL '15 minutes'"
    }

    fn package(&self) -> &'static str {
        "postgresql"
    }

    fn is_installed(&self) -> bool {
        on_path(&["pg_lsclusters"]).is_some()
    }

    fn start(&self) -> Result<()> {
        let clusters = output(Command::new("pg_lsclusters").arg("--no-header"))?;
        let cluster = Cluster::first(&clusters).context("no PostgreSQL cluster has port 5432")?;
        if cluster.is_online {
            return Ok(());
        }
        output(Command::new("pg_ctlcluster").args([cluster.version, cluster.name, "start"]))
            .map(drop)
    }

    fn open_to_tests(&self) -> Result<()> {
        // Through the local socket, where the system's `postgres` needs no password.
        let set = "ALTER ROLE postgres PASSWORD 'postgres'";
        let mut psql = Command::new("runuser");
        psql.args(["-u", "postgres", "--", "psql", "--no-psqlrc", "--quiet", "--command", set]);
        output(psql.current_dir("/")).map(drop)
    }
}

/// A line of `pg_lsclusters`.
struct Cluster<'a> {
    version: &'a str,
    name: &'a str,
    is_online: bool,
}

impl<'a> Cluster<'a> {
    /// The one that has the standard port.
    fn first(clusters: &'a str) -> Option<Self> {
        clusters.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            let (version, name) = (words.next()?, words.next()?);
            let (port, status) = (words.next()?, words.next()?);
            (port == "5432").then(|| Self {
                version,
                name,
                is_online: status.starts_with("online"),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_at_the_standard_port_is_found() {
        let clusters = "\
14 old  5433 online postgres /var/lib/postgresql/14/old  /var/log/postgresql/14.log
15 main 5432 down   postgres /var/lib/postgresql/15/main /var/log/postgresql/15.log";
        let cluster = Cluster::first(clusters).expect("found");
        assert_eq!((cluster.version, cluster.name, cluster.is_online), ("15", "main", false));
        assert!(Cluster::first("").is_none());
    }

    #[test]
    fn the_title_is_product_and_version() {
        let version = "PostgreSQL 15.20 (Debian 15.20-0+deb12u1) on x86_64-pc-linux-gnu";
        assert_eq!(Postgres.title(version), "PostgreSQL 15.20");
    }
}

//! MariaDB and MySQL: one kind for the tests, whichever of them is there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use url::Url;

use crate::need::Need;
use crate::run::{answer, detach, on_path, output, succeeds};

use super::Engine;

pub(crate) struct MySql;

impl Engine for MySql {
    fn need(&self) -> Need {
        Need::Mysql
    }

    fn variable(&self) -> &'static str {
        "SYNCBOT_TEST_MYSQL_URL"
    }

    fn usual_addresses(&self) -> [&'static str; 2] {
        ["mysql://root@127.0.0.1:3306", "mysql://root:root@127.0.0.1:3306"]
    }

    fn compose_service(&self) -> (&'static str, &'static str) {
        ("mariadb", "mysql://root:root@127.0.0.1:53306")
    }

    fn client(&self) -> Option<PathBuf> {
        on_path(&["mariadb", "mysql"])
    }

    fn ask(&self, client: &Path, server: &Url, statements: &[&str]) -> Result<String> {
        let mut mysql = Command::new(client);
        // The tests read no option files. It must be the first argument.
        mysql.args(["--no-defaults", "--batch", "--skip-column-names", "--protocol=tcp"]);
        mysql.args(["--connect-timeout=5", "--loose-skip-ssl-verify-server-cert"]);
        mysql.arg(format!("--host={}", server.host_str().unwrap_or_default()));
        mysql.arg(format!("--port={}", server.port().unwrap_or(3306)));
        mysql.arg(format!("--user={}", server.username()));
        match server.password() {
            Some(password) => mysql.env("MYSQL_PWD", password),
            None => mysql.arg("--skip-password").env_remove("MYSQL_PWD"),
        };
        answer(mysql.arg(format!("--execute={}", statements.join("; "))))
    }

    fn title(&self, version: &str) -> String {
        let number = version.split('-').next().unwrap_or_default();
        let product = if version.contains("MariaDB") { "MariaDB" } else { "MySQL" };
        format!("{product} {number}")
    }

    fn leftovers(&self) -> &'static str {
        "SELECT table_schema FROM information_schema.tables WHERE table_schema LIKE 'syncbot\\_test\\_%'
         GROUP BY table_schema HAVING MAX(create_time) < NOW() - INTERVAL 15 MINUTE"
    }

    fn package(&self) -> &'static str {
        "mariadb-server"
    }

    fn is_installed(&self) -> bool {
        on_path(&["mariadbd", "mysqld"]).is_some()
    }

    fn start(&self) -> Result<()> {
        // The package starts it by itself where a service manager is at work.
        if answers() {
            return Ok(());
        }
        output(Command::new("install").args(["-d", "-o", "mysql", "-g", "mysql", "/run/mysqld"]))?;
        detach(Command::new("setsid").args(["--fork", "mariadbd-safe", "--user=mysql"]))?;
        let began = Instant::now();
        while !answers() {
            if began.elapsed() > Duration::from_mins(1) {
                bail!("the server does not answer after a minute");
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    fn open_to_tests(&self) -> Result<()> {
        // Through the local socket, where the system's root needs no password, now and later.
        let login = "ALTER USER root@localhost IDENTIFIED VIA unix_socket \
                     OR mysql_native_password USING PASSWORD('root')";
        let by_address = "CREATE USER IF NOT EXISTS root@127.0.0.1 IDENTIFIED BY 'root'";
        let rights = "GRANT ALL ON *.* TO root@127.0.0.1 WITH GRANT OPTION";
        let statements = [login, by_address, rights].join("; ");
        output(Command::new("mariadb").args(["--no-defaults", "--execute", &statements])).map(drop)
    }
}

/// Whether the server of this machine answers at its local socket.
fn answers() -> bool {
    succeeds(Command::new("mariadb-admin").args(["--no-defaults", "ping"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_product_and_version() {
        assert_eq!(MySql.title("10.11.19-MariaDB-0+deb12u1"), "MariaDB 10.11.19");
        assert_eq!(MySql.title("8.4.3"), "MySQL 8.4.3");
        assert_eq!(MySql.title("8.0.40-0ubuntu0.24.04.1"), "MySQL 8.0.40");
    }
}

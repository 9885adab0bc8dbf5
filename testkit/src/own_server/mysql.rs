//! MariaDB or MySQL, whichever is there.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{NoServer, Programs};
use crate::settings;

/// Where servers are, which not every user's path has.
const FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

pub(super) fn programs(data: &Path, port: u16) -> Result<Programs, NoServer> {
    let (mut set_up, mut serve) = mariadb().or_else(mysql).ok_or_else(|| {
        let names = "`mariadb-install-db` and `mariadbd`, nor MySQL's `mysqld`";
        NoServer(format!("neither MariaDB's {names} are on the path or in {}", FOLDERS.join(", ")))
    })?;
    for command in [&mut set_up, &mut serve] {
        command.arg(format!("--datadir={}", data.display()));
    }
    serve.arg(format!("--port={port}"));
    serve.args([
        "--bind-address=127.0.0.1",
        // In the folder of the data: a longer path could be too long for a socket.
        "--socket=server.sock",
        "--pid-file=server.pid",
        "--innodb-flush-log-at-trx-commit=1",
        "--sync-binlog=1",
        // MySQL's second port, which MariaDB knows nothing of.
        "--loose-mysqlx=OFF",
    ]);
    Ok(Programs {
        set_up,
        serve,
        account: "mysql",
        administrator: "root",
        last_signal: "KILL",
        leftover: None,
    })
}

/// Without the machine's option files. That must be said first.
const NO_FILES: &str = "--no-defaults";

fn mariadb() -> Option<(Command, Command)> {
    let (mut set_up, mut serve) = (command("mariadb-install-db")?, command("mariadbd")?);
    set_up.args([NO_FILES, "--auth-root-authentication-method=normal", "--skip-test-db"]);
    serve.arg(NO_FILES);
    Some((set_up, serve))
}

fn mysql() -> Option<(Command, Command)> {
    let (mut set_up, mut serve) = (command("mysqld")?, command("mysqld")?);
    set_up.args([NO_FILES, "--initialize-insecure"]);
    serve.arg(NO_FILES);
    Some((set_up, serve))
}

fn command(name: &str) -> Option<Command> {
    Some(Command::new(settings::program(name, &FOLDERS.map(PathBuf::from))?))
}

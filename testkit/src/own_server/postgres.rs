//! PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{NoServer, Programs};
use crate::settings;

/// Where Debian's packages are, a folder for each version; nothing of them is on the path.
const PACKAGES: &str = "/usr/lib/postgresql";

pub(super) fn programs(data: &Path, port: u16) -> Result<Programs, NoServer> {
    let packages = packages();
    let find = |name| {
        settings::program(name, &packages).ok_or_else(|| {
            NoServer(format!("PostgreSQL's `{name}` is neither on the path nor in {PACKAGES}"))
        })
    };
    let mut set_up = Command::new(find("initdb")?);
    set_up.arg("--pgdata").arg(data);
    // Without flushing its files: no test cuts the power.
    set_up.args([
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    ]);
    let mut serve = Command::new(find("postgres")?);
    serve.arg("-D").arg(data).arg("-p").arg(port.to_string());
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        // In its folder, which goes with it; shared memory would outlive a server that was killed.
        "dynamic_shared_memory_type=mmap",
        "fsync=on",
        "synchronous_commit=on",
        "full_page_writes=on",
    ] {
        serve.args(["-c", setting]);
    }
    Ok(Programs {
        set_up,
        serve,
        account: "postgres",
        administrator: "postgres",
        last_signal: "QUIT",
        leftover: Some(data.join("postmaster.pid")),
    })
}

/// The newest version first.
fn packages() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(PACKAGES).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = folders
        .filter_map(|folder| {
            let version = folder.file_name().to_str()?.parse().ok()?;
            Some((version, folder.path().join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

//! Packages of Debian, Ubuntu and their like, installed as root.

use std::path::Path;
use std::process::Command;
use std::sync::Once;

use anyhow::{Result, ensure};

use crate::run::{line, on_path, output};

/// Why nothing can be installed on this machine, if that is so.
pub(crate) fn can_be_installed() -> Result<()> {
    let debian = Path::new("/etc/debian_version").exists() && on_path(&["apt-get"]).is_some();
    ensure!(
        debian,
        "nothing is installed here: only Debian and Ubuntu have what this program knows"
    );
    let user = output(Command::new("id").arg("-u"))?;
    ensure!(user.trim() == "0", "nothing is installed here: only root may do that");
    Ok(())
}

/// Installs them, without what they merely recommend.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    static UPDATE: Once = Once::new();
    UPDATE.call_once(|| {
        // Without a network the lists and packages that are there may still do.
        if let Err(error) = output(Command::new("apt-get").args(["update", "-qq"])) {
            eprintln!("{error:#}");
        }
    });
    let mut apt = Command::new("apt-get");
    apt.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages);
    println!("$ {}", line(&apt));
    output(apt.env("DEBIAN_FRONTEND", "noninteractive")).map(drop)
}

//! Programs that the checks need, with the versions that were tried.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::{cargo, on_path, run, say};

/// A program that cargo installs.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    pub(crate) features: &'static [&'static str],
}

/// Reads licences, sources and versions of all that is depended on.
pub(crate) const DENY: Tool =
    Tool { name: "cargo-deny", version: "0.20.2", features: &["--no-default-features"] };
/// Finds dependencies that nothing uses.
pub(crate) const MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2", features: &[] };

impl Tool {
    /// Where it is: on the path in any version, or else installed once into `target/tools`.
    pub(crate) fn provide(&self) -> Result<PathBuf> {
        if let Some(found) = on_path(&[self.name]) {
            return Ok(found);
        }
        let folder = Path::new("target/tools");
        let program =
            folder.join("bin").join(format!("{}{}", self.name, std::env::consts::EXE_SUFFIX));
        if !program.is_file() {
            say(self.name, "is compiled once, into target/tools, which takes minutes");
            let mut install = cargo();
            install.args(["install", "--quiet", "--locked", "--root"]).arg(folder);
            install.args(["--version", self.version]).args(self.features).arg(self.name);
            run(&mut install)?;
        }
        Ok(program.canonicalize()?)
    }
}

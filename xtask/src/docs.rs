//! Documents that are made from the code.

use anyhow::{Context as _, Result, ensure};

use crate::run::{cargo, line, output, say};

/// Makes generated documents anew
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Change nothing; fail if a document is not up to date
    #[arg(long)]
    check: bool,
}

/// A document, and the program of the workspace that prints it.
struct Document {
    path: &'static str,
    package: &'static str,
    arguments: &'static [&'static str],
}

const DOCUMENTS: [Document; 1] =
    [Document { path: "docs/CONFIG.md", package: "syncbot", arguments: &["config-reference"] }];

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check { check() } else { DOCUMENTS.iter().try_for_each(write) }
}

/// Fails if a document is not what its program prints.
pub(crate) fn check() -> Result<()> {
    for document in &DOCUMENTS {
        let printed = print(document)?;
        let kept = std::fs::read_to_string(document.path).unwrap_or_default();
        ensure!(kept == printed, "{} is not up to date: run `cargo xtask docs`", document.path);
    }
    Ok(())
}

fn write(document: &Document) -> Result<()> {
    let printed = print(document)?;
    let kept = std::fs::read_to_string(document.path).unwrap_or_default();
    if kept == printed {
        say(document.path, "is up to date");
        return Ok(());
    }
    std::fs::write(document.path, printed)
        .with_context(|| format!("cannot write {}", document.path))?;
    say(document.path, "was made anew");
    Ok(())
}

fn print(document: &Document) -> Result<String> {
    let mut program = cargo();
    program.args(["run", "--quiet", "--package", document.package, "--"]).args(document.arguments);
    let printed = output(&mut program)?;
    ensure!(!printed.is_empty(), "`{}` printed nothing", line(&program));
    Ok(printed)
}

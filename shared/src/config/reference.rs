//! Writes `docs/CONFIG.md` from the list of variables.

use std::fmt::Write as _;

use super::variables::{Process, REFERENCE, Variable};

/// The whole document.
pub fn render() -> String {
    let mut page = String::from(HEAD);
    let mut section = "";
    for variable in &REFERENCE.variable {
        if variable.section != section {
            section = &variable.section;
            let _ = writeln!(
                page,
                "\n## {section}\n\n| Variable | Default | Required | Used by | Expects |\n|---|---|---|---|---|"
            );
            for row in REFERENCE.variable.iter().filter(|row| row.section == section) {
                page.push_str(&table_row(row));
            }
            page.push('\n');
        }
        let secret = if variable.secret { " *Secret.*" } else { "" };
        let _ = writeln!(page, "**`{}`**: {}{secret}\n", variable.name, variable.about);
    }
    page.push_str("## Variables of other releases\n\nIgnored with a warning:\n\n");
    for ignored in &REFERENCE.ignored {
        let _ = writeln!(page, "* `{}`: {}.", ignored.name, ignored.about);
    }
    page
}

const HEAD: &str = "\
# Configuration

<!-- Made from shared/src/config/default.toml by `cargo xtask docs`. Change that file, not this one. -->

SyncBot is configured by environment variables alone. In local development (`LOCAL_DEVELOPMENT=true`)
a `.env` file in the working directory is read as well; variables of the environment win over it.
A blank value counts as unset. Each process reads only what it uses, and refuses to start without
what it requires: it then names every missing and every invalid variable at once and exits with status 2.

Processes: **ingress** (`syncbot-ingress`), **worker** (`syncbot-worker`), **run** (`syncbot run`, both in one),
**migrate** (`syncbot migrate`), **queue** (`syncbot queue`, `syncbot channel`, `syncbot audit`), **sweep** (`syncbot sweep`) and
**rotate-key** (`syncbot rotate-key`). `syncbot demo` needs no configuration. Required means: in production; local development warns instead.
";

fn table_row(variable: &Variable) -> String {
    let default =
        variable.default.as_deref().map_or("–".to_owned(), |default| format!("`{default}`"));
    let required = if variable.required { "yes" } else { "–" };
    let used_by = if variable.used_by.len() == Process::ALL.len() {
        "all".to_owned()
    } else {
        variable.used_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    format!("| `{}` | {default} | {required} | {used_by} | {} |\n", variable.name, variable.expects)
}

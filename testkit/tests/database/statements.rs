//! Every statement of the product is understood by every database. This replaces checking at compile time.

use std::path::Path;
use std::str::FromStr as _;

use proc_macro2::{TokenStream, TokenTree};
use shared::db::Statement;
use testkit::on_each_database;

/// Sources that may hold statements.
const SOURCES: [&str; 4] = ["shared/src", "ingress/src", "worker/src", "cli/src"];

/// The texts of one `sql!(…)`: the common one, and `dialect: text`.
struct Found {
    common: String,
    overrides: Vec<(String, String)>,
}

fn statements_below(folder: &Path, found: &mut Vec<Found>) {
    for entry in std::fs::read_dir(folder).expect("the folder is part of the repository") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            statements_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).expect("UTF-8");
            let tokens = TokenStream::from_str(&source)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            statements_in(tokens, found);
        }
    }
}

fn statements_in(tokens: TokenStream, found: &mut Vec<Found>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let before = |back: usize| {
            at.checked_sub(back).and_then(|at| tokens.get(at)).map(ToString::to_string)
        };
        if before(1).as_deref() == Some("!") && before(2).as_deref() == Some("sql") {
            found.push(statement(group.stream()));
        } else if before(1).as_deref() != Some("tests") {
            statements_in(group.stream(), found);
        }
    }
}

fn statement(arguments: TokenStream) -> Found {
    let (mut dialect, mut common, mut overrides) = (None, None, Vec::new());
    for token in arguments {
        match token {
            TokenTree::Ident(name) => dialect = Some(name.to_string()),
            TokenTree::Literal(literal) => {
                let text = text_of(&literal.to_string());
                match dialect.take() {
                    Some(dialect) => overrides.push((dialect, text)),
                    None => common = Some(text),
                }
            }
            _ => {}
        }
    }
    Found { common: common.expect("a statement has a text"), overrides }
}

/// The value of a string literal without rare escapes.
fn text_of(literal: &str) -> String {
    let inner = literal
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .expect("a plain string literal");
    inner.replace("\\\"", "\"")
}

fn all() -> Vec<&'static Statement> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("testkit is a folder of the workspace");
    let mut found = Vec::new();
    for source in SOURCES {
        statements_below(&root.join(source), &mut found);
    }
    found
        .into_iter()
        .map(|found| {
            let mut statement = Statement::new(found.common.leak());
            for (dialect, text) in found.overrides {
                statement = match dialect.as_str() {
                    "postgres" => statement.postgres(text.leak()),
                    "mysql" => statement.mysql(text.leak()),
                    "sqlite" => statement.sqlite(text.leak()),
                    other => panic!("`{other}` is no database"),
                };
            }
            &*Box::leak(Box::new(statement))
        })
        .collect()
}

on_each_database! {
    async fn every_statement_can_be_prepared(database: TestDatabase) {
        let db = database.open().await;
        let statements = all();
        assert!(statements.len() > 40, "only {} statements were found", statements.len());
        let mut failures = Vec::new();
        let made = shared::queue::bulk_statements().into_iter().chain(shared::tables::forget::made_statements());
        for statement in statements.into_iter().chain(made) {
            // LIMIT and arithmetic take their types from the binds, which preparing does not have.
            if let Err(error) = db.prepare(statement).await {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                failures.push(format!("{error}\n  {}", source.unwrap_or_default()));
            }
            statement.placeholders().unwrap_or_else(|error| panic!("{error}: {}", statement.common_text()));
        }
        assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    }
}

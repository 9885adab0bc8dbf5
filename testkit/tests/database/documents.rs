//! What documents say of the tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use shared::slack::scopes;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder of the workspace").to_owned()
}

fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, text);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(&path).expect("UTF-8"));
        }
    }
}

/// What stands in backquotes and looks like the name of a test.
fn tests_named_in(document: &str) -> BTreeSet<&str> {
    let is_test = |name: &&str| {
        name.matches('_').count() >= 3
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    document.split('`').skip(1).step_by(2).filter(is_test).collect()
}

#[test]
fn every_test_that_the_promise_rests_on_exists() {
    let mut text = String::new();
    for folder in ["shared", "ingress", "worker", "cli", "testkit", "xtask"] {
        sources(&root().join(folder), &mut text);
    }
    let document = std::fs::read_to_string(root().join("docs/RELIABILITY.md")).expect("readable");
    let named = tests_named_in(&document);
    assert!(named.len() > 10, "only {} tests are named", named.len());
    let exists = |name: &str| {
        text.contains(&format!("fn {name}(")) || text.contains(&format!("mod {name} "))
    };
    let missing: Vec<&&str> = named.iter().filter(|name| !exists(name)).collect();
    assert!(missing.is_empty(), "tests that do not exist are named: {missing:?}");
}

#[test]
fn whoever_follows_the_quickstart_asks_for_the_scopes_of_the_manifest() {
    let page = std::fs::read_to_string(root().join("docs/QUICKSTART.md")).expect("readable");
    for (name, own) in
        [("SLACK_BOT_SCOPES", &scopes::BOT[..]), ("SLACK_USER_SCOPES", &scopes::USER[..])]
    {
        let line = format!("export {name}={}\n", own.join(","));
        assert!(page.contains(&line), "{line}");
    }
}

//! What documents say of the tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use shared::slack::scopes;
use testkit::{Engine, TestDatabase, process_variables};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder of the workspace").to_owned()
}

/// Files of the repository with what they hold: those of sources below a folder, or the file itself.
pub(crate) fn sources_of(places: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for place in places {
        collect(&root().join(place), &mut found);
    }
    found
}

fn collect(path: &Path, found: &mut Vec<(String, String)>) {
    if path.is_file() {
        let name =
            path.strip_prefix(root()).expect("it is in the repository").display().to_string();
        found.push((name, std::fs::read_to_string(path).expect("UTF-8")));
        return;
    }
    for entry in std::fs::read_dir(path).expect("readable") {
        let path = entry.expect("readable").path();
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        if is_source || path.is_dir() && !path.ends_with("target") {
            collect(&path, found);
        }
    }
}

/// The actions that sources note in the audit log, each as a literal.
fn noted_actions() -> BTreeSet<String> {
    let mut actions = BTreeSet::new();
    for (path, text) in sources_of(&["shared/src", "ingress/src", "worker/src", "cli/src"]) {
        for (entry, _) in text.split("Entry {").skip(1).filter_map(|rest| rest.split_once('}')) {
            let Some((_, action)) = entry.split_once("action: ") else { continue };
            let literal = action.strip_prefix('"').and_then(|text| text.split_once('"'));
            match literal {
                Some((action, _)) => _ = actions.insert(action.to_owned()),
                None => {
                    assert!(action.starts_with("&'static str"), "{path}: not a literal: {action}");
                }
            }
        }
    }
    actions
}

#[test]
fn every_action_of_the_audit_log_is_in_the_list_and_no_other() {
    let (_, document) = sources_of(&["docs/DATA.md"]).remove(0);
    let (_, list) = document.split_once("| action | what was done |").expect("the list");
    let rows = list.lines().skip(2).take_while(|line| line.starts_with('|'));
    let listed: BTreeSet<String> = rows
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(noted_actions(), listed);
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
    let folders = ["shared", "ingress", "worker", "cli", "testkit", "xtask"];
    let text: String = sources_of(&folders).into_iter().map(|(_, text)| text).collect();
    let (_, document) = sources_of(&["docs/RELIABILITY.md"]).remove(0);
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

/// Whatever the tests configure secrets with is looked for in what they print (`xtask/src/scan.rs`).
#[test]
fn secrets_of_the_tests_are_looked_for_in_what_they_print() {
    let (_, scan) = sources_of(&["xtask/src/scan.rs"]).remove(0);
    let database = TestDatabase::create(Engine::Sqlite);
    let of_processes = process_variables("http://127.0.0.1/api/", &database).into_iter();
    let is_secret = |name: &str| name.contains("SECRET") || name.contains("ENCRYPTION");
    let mut secrets: Vec<String> =
        of_processes.filter(|(name, _)| is_secret(name)).map(|(_, value)| value).collect();
    assert_eq!(secrets.len(), 3, "{secrets:?}");
    let slack = slack_emulator::Settings::default();
    secrets.extend([slack.signing_secret, slack.client_secret]);
    let (_, app) = sources_of(&["testkit/src/app.rs"]).remove(0);
    let (_, key) = app.split_once("(\"TOKEN_ENCRYPTION_KEY\", \"").expect("the key of stories");
    secrets.push(key.split('"').next().expect("a literal").to_owned());
    for secret in secrets {
        assert!(scan.contains(&format!("(\"{secret}\", ")), "nobody looks for `{secret}`");
    }
}

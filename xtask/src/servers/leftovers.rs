//! Databases that older runs left: each test drops its own, unless it is killed.

use crate::run::variable;

use super::{Engine, Server, say};

/// Drops them, where a client is at hand. `SYNCBOT_TEST_KEEP` keeps them, as it does in the tests.
pub(crate) fn remove_leftovers(engine: &dyn Engine, server: &Server) {
    let Some(client) = engine.client() else { return };
    if variable("SYNCBOT_TEST_KEEP").is_some() {
        return;
    }
    // Who may not ask has no business dropping either: quietly nothing, in both cases.
    let found = engine.ask(&client, &server.url, &[engine.leftovers()]).unwrap_or_default();
    let dropped = found.lines().filter(|database| {
        let drop = format!("DROP DATABASE IF EXISTS {database}");
        is_of_a_test(database) && engine.ask(&client, &server.url, &[&drop]).is_ok()
    });
    let dropped = dropped.count();
    if dropped > 0 {
        say(engine, &format!("databases of older runs removed: {dropped}"));
    }
}

/// What `testkit` calls its databases; a name goes into a statement, so it is looked at twice.
fn is_of_a_test(database: &str) -> bool {
    let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
    database.starts_with("syncbot_test_") && database.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::is_of_a_test;

    #[test]
    fn nothing_but_tests_databases_is_dropped() {
        assert!(is_of_a_test("syncbot_test_0123456789abcdef"));
        for other in ["syncbot", "syncbot_testimony", "syncbot_test_a; DROP DATABASE syncbot", ""] {
            assert!(!is_of_a_test(other), "{other}");
        }
    }
}

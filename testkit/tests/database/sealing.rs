//! Secrets at rest, with the database that keeps salt and key checks.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret as _, SecretString};
use shared::clock::Clock;
use shared::config::SealingConfig;
use shared::crypto::{Place, SealError, Sealer, SealerError};
use shared::db::Db;
use shared::rng::Rng;
use shared::sql;
use shared::tables::sealed::COLUMNS;
use testkit::{TestDatabase, on_each_database};

use crate::documents::sources_of;

const PLACE: Place<'static> = Place { table: "installations", column: "token", row: "W1" };

async fn open(db: &Db, current: &str, previous: Option<&str>) -> Result<Sealer, SealerError> {
    let config =
        SealingConfig { current: current.into(), previous: previous.map(SecretString::from) };
    Sealer::open(db, &config, &Clock::system(), &Rng::system()).await
}

on_each_database! {
    async fn a_sealed_secret_opens_in_its_place_alone(database: TestDatabase) {
        let db = database.open().await;
        let sealer = open(&db, "a passphrase of the test", None).await.expect("opened");
        let token: SecretString = "xoxb-1-2".into();
        let sealed = sealer.seal(PLACE, &token);
        assert!(sealed.starts_with("v1.") && !sealed.contains("xoxb"), "{sealed}");
        assert_ne!(sealed, sealer.seal(PLACE, &token), "a nonce was used twice");

        // As another process does it, later.
        let other = open(&db, "a passphrase of the test", None).await.expect("opened");
        assert_eq!(other.unseal(PLACE, &sealed).expect("opens").expose_secret(), "xoxb-1-2");
        for elsewhere in [Place { row: "W2", ..PLACE }, Place { column: "user_token", ..PLACE }, Place { table: "x", ..PLACE }] {
            assert_eq!(sealer.unseal(elsewhere, &sealed).err(), Some(SealError::Tampered));
        }
    }

    async fn a_wrong_passphrase_is_refused_before_anything_is_written(database: TestDatabase) {
        let db = database.open().await;
        open(&db, "the right passphrase", None).await.expect("the first one is right");
        let error = open(&db, "a wrong passphrase", None).await.expect_err("refused");
        assert!(matches!(error, SealerError::WrongPassphrase), "{error:?}");
        assert!(error.to_string().contains("TOKEN_ENCRYPTION_KEY_PREVIOUS"), "{error}");
        let error = open(&db, "a wrong passphrase", Some("another wrong one")).await.expect_err("refused");
        assert!(matches!(error, SealerError::WrongPassphrase), "{error:?}");
        let keys: Vec<(String,)> = db.read(sql!("SELECT key_id FROM sealing_keys")).fetch_all().await.expect("read");
        assert_eq!(keys.len(), 1);
    }

    async fn a_new_passphrase_is_accepted_when_the_old_one_vouches_for_it(database: TestDatabase) {
        let db = database.open().await;
        let before = open(&db, "the old passphrase", None).await.expect("opened");
        let sealed = before.seal(PLACE, &"secret".into());
        let during = open(&db, "the new passphrase", Some("the old passphrase")).await.expect("vouched for");
        assert_eq!(during.unseal(PLACE, &sealed).expect("opens").expose_secret(), "secret");
        let resealed = during.seal(PLACE, &"secret".into());
        assert_eq!(before.unseal(PLACE, &resealed).err(), Some(SealError::UnknownKey));
        open(&db, "the new passphrase", None).await.expect("known by now");
    }

    async fn processes_that_start_at_once_agree_on_the_salt(database: TestDatabase) {
        let db = database.open().await;
        let sealers = futures::future::join_all((0..4).map(|_| open(&db, "one passphrase for all", None))).await;
        let sealers: Vec<Sealer> = sealers.into_iter().map(|sealer| sealer.expect("opened")).collect();
        let sealed = sealers[0].seal(PLACE, &"secret".into());
        for sealer in &sealers {
            assert_eq!(sealer.unseal(PLACE, &sealed).expect("opens").expose_secret(), "secret");
        }
    }
}

/// What stands between the first pair of these in a text that begins with the first.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    text.strip_prefix(begin)?.split_once(end).map(|(inside, _)| inside)
}

/// The value of a field in the literal of a structure: a text, or nothing if it is no literal.
fn literal<'t>(fields: &'t str, name: &str) -> Option<&'t str> {
    let (_, value) = fields.split_once(&format!("{name}: "))?;
    between(value, "\"", "\"")
}

/// Where the column is not a literal: it is one of those of a grant, or one of the list.
const NAMED_ELSEWHERE: [&str; 2] = ["shared/src/grant.rs", "shared/src/crypto/rotation/mod.rs"];

/// Table and column of whatever the sources of the product seal a value for. Grants are sealed for a table that
/// the caller names.
fn sealed_in_sources() -> BTreeSet<(String, String)> {
    let mut sealed = BTreeSet::new();
    for (path, text) in sources_of(&["shared/src", "ingress/src", "worker/src", "cli/src"]) {
        let table =
            text.split_once("const TABLE: &str = ").and_then(|(_, name)| between(name, "\"", "\""));
        if text.contains("Sealed::new(grant, TABLE,") {
            for column in ["token", "refresh_token"] {
                let table = table.unwrap_or_else(|| panic!("{path} names no table"));
                sealed.insert((table.to_owned(), column.to_owned()));
            }
        }
        let imports = ["crypto::Place", "crypto::{Place", "super::Place", "super::{Place"];
        if !imports.iter().any(|import| text.contains(import)) {
            continue;
        }
        let literals = text.split("Place {").skip(1).filter_map(|rest| rest.split_once('}'));
        for (fields, _) in literals {
            let (table, column) = (literal(fields, "table").or(table), literal(fields, "column"));
            if let (Some(table), Some(column)) = (table, column) {
                sealed.insert((table.to_owned(), column.to_owned()));
            } else {
                let is_known = NAMED_ELSEWHERE.contains(&&*path);
                assert!(is_known, "{path}: which column is it? {fields}");
            }
        }
    }
    // Each key seals its own, to be recognised by.
    assert!(sealed.remove(&("sealing_keys".to_owned(), "check_value".to_owned())));
    sealed
}

/// `column` and `column` are sealed: table and columns of whatever docs/DATA.md says it of.
fn sealed_in_documents() -> BTreeSet<(String, String)> {
    let (_, document) = sources_of(&["docs/DATA.md"]).remove(0);
    let mut sealed = BTreeSet::new();
    for row in document.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let (table, notes) = (cells[0].trim_matches(['|', ' ', '`']), cells.last().expect("notes"));
        for clause in notes.split([';', '.']) {
            let Some((names, _)) =
                clause.split_once(" are sealed").or(clause.split_once(" is sealed"))
            else {
                continue;
            };
            let columns = names.split('`').skip(1).step_by(2);
            sealed.extend(columns.map(|column| (table.to_owned(), column.to_owned())));
        }
    }
    sealed
}

/// A column that is missing in the list would be lost with the old passphrase.
#[test]
fn every_column_that_holds_sealed_values_is_sealed_anew() {
    let listed: BTreeSet<(String, String)> =
        COLUMNS.iter().map(|known| (known.table.to_owned(), known.column.to_owned())).collect();
    assert_eq!(listed.len(), COLUMNS.len(), "each once");
    assert_eq!(sealed_in_documents(), listed, "in docs/DATA.md");
    let sources = sealed_in_sources();
    // What nothing in the sources seals so far may be listed already.
    let missing: Vec<_> = sources.difference(&listed).collect();
    assert!(missing.is_empty(), "{missing:?} are sealed, and not in `tables::sealed::COLUMNS`");
    assert!(sources.len() >= 4, "{sources:?}");
}

/// Otherwise a process that has not heard of the new passphrase could store what nobody can open.
#[test]
fn whatever_stores_sealed_values_keeps_their_key() {
    for (path, text) in sources_of(&["shared/src", "worker/src", "cli/src"]) {
        if path.ends_with("tables/sealed.rs") {
            continue;
        }
        let writes = |table: &str, column: &str| {
            let insert = format!("INSERT INTO {table} (");
            let inserts = text.split(&insert).skip(1).filter_map(|rest| rest.split_once(')'));
            let update = format!("UPDATE {table} SET ");
            let updates = text.split(&update).skip(1).filter_map(|rest| rest.split_once("WHERE"));
            let set = format!("{column} = $");
            inserts
                .into_iter()
                .any(|(columns, _)| columns.split([',', ' ']).any(|one| one == column))
                || updates.into_iter().any(|(columns, _)| columns.contains(&set))
        };
        if COLUMNS.iter().any(|sealed| writes(sealed.table, sealed.column)) {
            assert!(
                text.contains("sealing_keys::keep("),
                "{path} stores sealed values and keeps no key"
            );
        }
    }
}

#[tokio::test]
async fn damaged_values_are_told_apart_from_tampered_ones() {
    let database = TestDatabase::create(testkit::Engine::Sqlite);
    let sealer =
        open(&database.open().await, "a passphrase of the test", None).await.expect("opened");
    let value = sealer.seal(PLACE, &"secret".into());
    for damaged in [
        "",
        "v1",
        "xoxb-1-2",
        "v2.a.b.c",
        &format!("{value}.x"),
        &value.replace("v1.", "v1.."),
        "v1.00000000.AAAA.AAAA",
    ] {
        assert_eq!(sealer.unseal(PLACE, damaged).err(), Some(SealError::Malformed), "{damaged}");
    }
    // Each character of the nonce and of the ciphertext counts.
    let begin = value.match_indices('.').nth(1).expect("has parts").0 + 1;
    for at in begin..value.len() {
        let mut bytes = value.clone().into_bytes();
        if bytes[at] == b'.' {
            continue;
        }
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).expect("ASCII");
        // The last character may carry unused bits, which the decoder refuses.
        let error = sealer.unseal(PLACE, &changed).expect_err("changed");
        assert!(matches!(error, SealError::Tampered | SealError::Malformed), "{error:?}");
    }
}

//! Secrets at rest, with the database that keeps salt and key checks.

use secrecy::{ExposeSecret as _, SecretString};
use shared::clock::Clock;
use shared::config::SealingConfig;
use shared::crypto::{Place, SealError, Sealer, SealerError};
use shared::db::Db;
use shared::rng::Rng;
use shared::sql;
use testkit::{TestDatabase, on_each_database};

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

//! Rotation while others read and store tokens, with both passphrases or with the old one alone.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use secrecy::ExposeSecret as _;
use shared::crypto::Sealer;
use shared::db::DbError;
use shared::tables::user_tokens;
use testkit::on_each_database;

use super::*;

/// Reads every token of some people, again and again.
async fn read(vault: &Vault, sealer: &Sealer, people: usize, stop: &AtomicBool) -> usize {
    let mut rounds = 0;
    while !stop.load(Ordering::Relaxed) {
        for person in 0..people {
            let stored = user_tokens::of(&vault.db, &vault.workspaces[0], &user(person)).await;
            let stored = stored.expect("read").expect("it is there");
            stored.token(sealer).expect("it opens");
            stored.renewal(sealer).expect("it opens");
        }
        rounds += 1;
        tokio::task::yield_now().await;
    }
    rounds
}

/// Stores new tokens for one person, again and again; returns the last one that was stored.
async fn store(
    vault: &Vault,
    sealer: &Sealer,
    person: usize,
    stop: &AtomicBool,
) -> (usize, Result<(), DbError>) {
    let mut stored = 0;
    while !stop.load(Ordering::Relaxed) {
        let next = vault.authorize(0, &user(person), &grant(stored + 1), sealer).await;
        if next.is_err() {
            return (stored, next);
        }
        stored += 1;
        tokio::task::yield_now().await;
    }
    (stored, Ok(()))
}

on_each_database! {
    async fn nobody_who_has_both_passphrases_notices(database: TestDatabase) {
        let vault = Vault::with(&database, 1).await;
        let old = sealer(&vault.db, OLD, None).await.expect("opened");
        let both = sealer(&vault.db, NEW, Some(OLD)).await.expect("vouched for");
        for person in 1..100 {
            vault.authorize(0, &user(person), &grant(person), &old).await.expect("stored");
        }
        let (stop, rounds) = (AtomicBool::new(false), AtomicUsize::new(0));
        let rotating = async {
            let rotated = rotate(&vault.db).await;
            stop.store(true, Ordering::Relaxed);
            rotated
        };
        let reading = async { rounds.store(read(&vault, &both, 100, &stop).await, Ordering::Relaxed) };
        let (rotated, (), first, last) = tokio::join!(
            rotating,
            reading,
            store(&vault, &both, 1, &stop),
            store(&vault, &both, 99, &stop)
        );
        assert!(rotated.in_use.is_empty() && rotated.retired.len() == 1, "{rotated:?}");
        assert!(rounds.load(Ordering::Relaxed) > 0, "somebody read");
        let new = sealer(&vault.db, NEW, None).await.expect("opened");
        vault.secrets(&new).await.expect("they open");
        for (person, (stored, ended)) in [(1, first), (99, last)] {
            assert!(stored > 0 && ended.is_ok(), "{ended:?}");
            let token = user_tokens::of(&vault.db, &vault.workspaces[0], &user(person)).await;
            let token = token.expect("read").expect("it is there").token(&new).expect("it opens");
            assert_eq!(token.expose_secret(), format!("xoxb-{stored}"), "what was stored last stays");
        }
    }

    /// It read its configuration before the passphrase changed.
    async fn whoever_has_the_old_passphrase_alone_stores_nothing_that_nobody_can_open(database: TestDatabase) {
        let vault = Vault::with(&database, 1).await;
        let old = sealer(&vault.db, OLD, None).await.expect("opened");
        for person in 1..100 {
            vault.authorize(0, &user(person), &grant(person), &old).await.expect("stored");
        }
        let never = AtomicBool::new(false);
        let ((stored, ended), rotated) = tokio::join!(store(&vault, &old, 50, &never), rotate(&vault.db));
        let error = ended.expect_err("its passphrase is out of use");
        assert!(matches!(error, DbError::RetiredKey { .. }), "{error:?}");
        assert!(error.to_string().contains("TOKEN_ENCRYPTION_KEY"), "{error}");
        assert!(rotated.in_use.is_empty(), "{rotated:?}");
        let new = sealer(&vault.db, NEW, None).await.expect("opened");
        vault.secrets(&new).await.expect("they open");
        let token = user_tokens::of(&vault.db, &vault.workspaces[0], &user(50)).await;
        let token = token.expect("read").expect("it is there").token(&new).expect("it opens");
        let last = if stored == 0 { 50 } else { stored };
        assert_eq!(token.expose_secret(), format!("xoxb-{last}"), "what it stored before stays");
        let error = vault.install(0, &grant(7), &old).await.expect_err("nor a workspace");
        assert!(matches!(error, DbError::RetiredKey { .. }), "{error:?}");
    }
}

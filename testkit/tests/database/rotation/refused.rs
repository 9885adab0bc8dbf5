//! What is not sealed anew: values that somebody changed or moved, and anything with wrong passphrases.

use shared::tables::sealed::SealedColumn;
use testkit::on_each_database;

use super::*;

async fn put(db: &Db, column: &SealedColumn, old: &Value, new: &str) {
    let mut tx = db.begin().await.expect("begun");
    assert!(column.replace(&mut tx, old, new).await.expect("stored"));
    tx.commit().await.expect("committed");
}

/// In each column, the values of the two rows change places.
async fn swap(vault: &Vault) {
    for (column, values) in COLUMNS.iter().zip(vault.values().await) {
        let [one, other] = values.as_slice() else { panic!("two rows") };
        put(&vault.db, column, one, &other.sealed).await;
        put(&vault.db, column, other, &one.sealed).await;
    }
}

on_each_database! {
    async fn values_that_were_moved_stay_and_are_named_in_each_column(database: TestDatabase) {
        let vault = Vault::with(&database, 2).await;
        swap(&vault).await;
        let rotated = rotate(&vault.db).await;
        assert_eq!(resealed(&rotated), [0; 5]);
        for (counted, values) in rotated.columns.iter().zip(vault.values().await) {
            let named: Vec<_> = counted.unopened.iter().map(|value| &value.row).collect();
            assert_eq!(named, [&values[0].row(), &values[1].row()], "{:?}", counted.column);
            assert!(counted.unopened.iter().all(|value| value.error == SealError::Tampered), "{counted:?}");
        }
        assert!(rotated.retired.is_empty() && rotated.in_use.len() == 1, "the old key is needed once they are back: {rotated:?}");
        swap(&vault).await;
        let rotated = rotate(&vault.db).await;
        assert!(resealed(&rotated) == [2; 5] && rotated.retired.len() == 1, "{rotated:?}");
    }

    async fn a_value_that_was_changed_stays_and_is_named_in_each_column(database: TestDatabase) {
        let vault = Vault::with(&database, 1).await;
        for (column, values) in COLUMNS.iter().zip(vault.values().await) {
            let mut changed = values[0].sealed.clone();
            let last = changed.pop().expect("it is long");
            // Of the last character some bits do not count: the one before it.
            let before = changed.pop().expect("it is long");
            changed.extend([if before == 'A' { 'B' } else { 'A' }, last]);
            put(&vault.db, column, &values[0], &changed).await;
        }
        let rotated = rotate(&vault.db).await;
        assert!(rotated.columns.iter().all(|column| column.unopened.len() == 1), "{rotated:?}");
        assert!(resealed(&rotated) == [0; 5] && rotated.retired.is_empty(), "{rotated:?}");
    }

    async fn a_value_that_is_no_sealed_one_is_named(database: TestDatabase) {
        let vault = Vault::with(&database, 1).await;
        let values = vault.values().await;
        put(&vault.db, &COLUMNS[0], &values[0][0], "xoxb-in-the-clear").await;
        put(&vault.db, &COLUMNS[2], &values[2][0], "v1.00000000.AAAAAAAAAAAAAAAA.AAAA").await;
        let rotated = rotate(&vault.db).await;
        let errors = [0, 2].map(|at| rotated.columns[at].unopened[0].error);
        assert_eq!(errors, [SealError::Malformed, SealError::UnknownKey]);
        assert_eq!(resealed(&rotated), [0, 1, 0, 1, 1]);
    }

    async fn wrong_passphrases_are_refused_before_anything_is_written(database: TestDatabase) {
        let db = database.open().await;
        let error = rotation(&db, NEW, OLD).await.expect_err("there is nothing");
        assert!(matches!(error, NotRotated::NothingSealed), "{error:?}");
        let vault = Vault::with(&database, 1).await;
        let before = vault.values().await.concat();
        let keys = sql!("SELECT COUNT(*) FROM sealing_keys WHERE check_value <> 'retired'");
        for (current, previous, why) in [
            (NEW, OTHER, "TOKEN_ENCRYPTION_KEY is not the passphrase"),
            (OLD, OTHER, "TOKEN_ENCRYPTION_KEY_PREVIOUS is not a passphrase"),
            (OLD, OLD, "are the same passphrase"),
        ] {
            let error = rotation(&vault.db, current, previous).await.expect_err(why);
            assert!(error.to_string().contains(why), "{error}");
        }
        assert_eq!(vault.count(keys).await, 1);
        assert!(before.iter().map(|value| &value.sealed).eq(vault.values().await.concat().iter().map(|value| &value.sealed)));

        sealer(&vault.db, NEW, Some(OLD)).await.expect("workers have both");
        let error = rotation(&vault.db, OLD, NEW).await.expect_err("they are swapped");
        assert!(matches!(error, NotRotated::Swapped), "{error:?}");
        rotate(&vault.db).await;
        for (current, previous) in [(OLD, NEW), (OLD, OTHER)] {
            let error = rotation(&vault.db, current, previous).await.expect_err("it was replaced");
            assert!(matches!(error, NotRotated::Sealer(SealerError::Replaced)), "{error:?}");
        }
        let error = rotation(&vault.db, OTHER, OLD).await.expect_err("the old one vouches for nobody any more");
        assert!(matches!(error, NotRotated::Sealer(SealerError::WrongPassphrase)), "{error:?}");
    }
}

//! `syncbot rotate-key`, as an operator uses it: the real binaries, on each database.

use testkit::{PATIENCE, Process, Town, on_each_database};

const OLD: &str = "hidden token encryption key";
const NEW: &str = "hidden new encryption key";

/// What a process is configured with once these are its passphrases.
fn with_keys<'v>(
    town: &'v Town,
    current: &'v str,
    previous: Option<&'v str>,
) -> Vec<(&'v str, &'v str)> {
    let mut variables = town.variables();
    variables.retain(|(name, _)| *name != "TOKEN_ENCRYPTION_KEY");
    variables.push(("TOKEN_ENCRYPTION_KEY", current));
    variables.extend(previous.map(|previous| ("TOKEN_ENCRYPTION_KEY_PREVIOUS", previous)));
    variables
}

/// Runs it; returns exit status and everything that it printed.
async fn rotate(variables: &[(&str, &str)], arguments: &[&str]) -> (i32, String) {
    let arguments = [&["rotate-key"], arguments].concat();
    let mut process = Process::start("syncbot", &arguments, variables.iter().copied());
    let status = process.ended().await;
    let output = process.output();
    assert!(!output.contains("hidden"), "{output}");
    (status.code().expect("it ends by itself"), output)
}

async fn until_target_reads(town: &Town, texts: &[&str]) {
    let reads = town.slack.wait_until(|_| town.texts_in_target(0) == texts, PATIENCE).await;
    reads.unwrap_or_else(|_| panic!("{:?}", town.texts_in_target(0)));
}

on_each_database! {
    async fn the_passphrase_is_changed_while_messages_flow(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let _ingress = town.start_ingress().await;
        let before = Process::start("syncbot-worker", &[], with_keys(&town, OLD, None));
        town.says(0, "before");
        until_target_reads(&town, &["before"]).await;
        // A deployment: the new worker is there before the old one goes.
        let both = Process::start("syncbot-worker", &[], with_keys(&town, NEW, Some(OLD)));
        town.says(0, "meanwhile");
        until_target_reads(&town, &["before", "meanwhile"]).await;
        assert!(before.stop().await.0.success());

        let (status, output) = rotate(&with_keys(&town, NEW, Some(OLD)), &["--dry-run"]).await;
        assert!(status == 0 && output.contains("2 values would be sealed anew. Nothing was changed."), "{status}: {output}");
        let (status, output) = rotate(&with_keys(&town, NEW, Some(OLD)), &[]).await;
        assert!(status == 0 && output.contains("installations.token               2          2           0"), "{status}: {output}");
        assert!(output.contains("2 values sealed anew. The old passphrase is out of use: remove TOKEN_ENCRYPTION_KEY_PREVIOUS everywhere."), "{output}");
        town.says(0, "after");
        until_target_reads(&town, &["before", "meanwhile", "after"]).await;
        assert!(both.stop().await.0.success());

        let mut late = Process::start("syncbot-worker", &[], with_keys(&town, OLD, None));
        assert_eq!(late.ended().await.code(), Some(1));
        assert!(late.output().contains("`syncbot rotate-key` has replaced"), "{}", late.output());
        let _new = Process::start("syncbot-worker", &[], with_keys(&town, NEW, None));
        town.says(0, "at last");
        until_target_reads(&town, &["before", "meanwhile", "after", "at last"]).await;
        let (status, output) = rotate(&with_keys(&town, NEW, Some(OLD)), &[]).await;
        assert!(status == 0 && output.contains("0 values sealed anew. The old passphrase was replaced before"), "{status}: {output}");
    }

    async fn a_worker_that_was_forgotten_delays_messages_and_loses_none(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let _ingress = town.start_ingress().await;
        let mut forgotten = Process::start("syncbot-worker", &[], with_keys(&town, OLD, None));
        forgotten.line_with("working").await;
        let (status, output) = rotate(&with_keys(&town, NEW, Some(OLD)), &[]).await;
        assert!(status == 0, "{output}");
        town.says(0, "first");
        town.says(0, "second");
        forgotten.line_with("a passphrase that this process does not have").await;
        let _new = Process::start("syncbot-worker", &[], with_keys(&town, NEW, None));
        assert!(forgotten.stop().await.0.success());
        until_target_reads(&town, &["first", "second"]).await;
    }

    async fn what_would_lock_somebody_out_is_refused(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        for (current, previous, status, why) in [
            (NEW, None, 2, "TOKEN_ENCRYPTION_KEY_PREVIOUS is missing: set it to the passphrase that was in use before"),
            (NEW, Some("hidden and quite another"), 1, "TOKEN_ENCRYPTION_KEY is not the passphrase that this database was sealed with"),
            (OLD, Some(NEW), 1, "TOKEN_ENCRYPTION_KEY_PREVIOUS is not a passphrase that this database was sealed with"),
            (OLD, Some(OLD), 1, "are the same passphrase"),
        ] {
            let (ended, output) = rotate(&with_keys(&town, current, previous), &[]).await;
            assert!(ended == status && output.contains(why), "{ended}: {output}");
        }
        let _ingress = town.start_ingress().await;
        let _worker = Process::start("syncbot-worker", &[], with_keys(&town, OLD, None));
        town.says(0, "nothing was changed");
        until_target_reads(&town, &["nothing was changed"]).await;
    }

    async fn a_value_that_was_moved_is_named_and_the_old_passphrase_stays_in_use(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let db = database.open().await;
        let tokens = shared::sql!("SELECT workspace_id, token FROM installations ORDER BY workspace_id");
        let tokens: Vec<(String, String)> = db.read(tokens).fetch_all().await.expect("read");
        db.write(shared::sql!("UPDATE installations SET token = $1 WHERE workspace_id = $2"))
            .bind(tokens[0].1.as_str())
            .bind(tokens[1].0.as_str())
            .execute_one("installations", &tokens[1].0)
            .await
            .expect("moved");
        let (status, output) = rotate(&with_keys(&town, NEW, Some(OLD)), &[]).await;
        let named = format!("installations.token of {} stays as it is: the sealed value was tampered with or belongs elsewhere", tokens[1].0);
        assert!(status == 1 && output.contains(&named), "{status}: {output}");
        assert!(output.contains("Something is still sealed with another passphrase"), "{output}");
        assert!(output.contains("1 value was not opened"), "{output}");
    }
}

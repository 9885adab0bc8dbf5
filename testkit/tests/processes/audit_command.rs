//! `syncbot audit`, as an operator uses it, and what the other commands note: the real binary, on each database.

use serde_json::Value;
use shared::db::Db;
use shared::sql;
use testkit::{Process, TestDatabase, Town, on_each_database};

/// Runs `syncbot …` with what an operator's shell has; returns exit status and everything that it printed.
async fn syncbot(database: &TestDatabase, arguments: &[&str]) -> (i32, String) {
    let shell = [("DATABASE_URL", database.url()), ("DATABASE_TLS_ENABLED", "false".to_owned())];
    let mut process = Process::start("syncbot", arguments, shell);
    let status = process.ended().await;
    (status.code().expect("it ends by itself"), process.output())
}

async fn works(database: &TestDatabase, arguments: &[&str]) -> String {
    let (status, output) = syncbot(database, arguments).await;
    assert_eq!(status, 0, "{arguments:?}: {output}");
    output
}

/// Action, subject and detail of what operators did to a workspace, or at all, the latest first.
async fn noted(database: &TestDatabase, more: &[&str]) -> Vec<(String, String, String)> {
    let output = works(database, &[&["audit", "--json"], more].concat()).await;
    let json: Value =
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{error}: {output}"));
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
    let entries = json["entries"].as_array().expect("a list").iter();
    entries
        .inspect(|entry| assert_eq!(entry["actor"], "operator", "{entry}"))
        .map(|entry| (text(entry, "action"), text(entry, "subject"), text(entry, "detail")))
        .collect()
}

/// Dead jobs, of which one is named.
async fn some_die(db: &Db) -> &'static str {
    for (number, kind) in (0_i64..).zip(["deliver_copy", "deliver_copy", "refresh_copy"]) {
        db.write(sql!(
            "INSERT INTO jobs (id, lane, order_key, kind, payload, state, attempts, crashes, not_before, last_error, created_at, finished_at)
             VALUES ($1, 'dst:T0ACME:C0ACME0', $2, $3, 'x', 'dead', 1, 0, 0, 'it had to', 1, 1)"
        ))
        .bind(format!("0{number:025}"))
        .bind(number)
        .bind(kind)
        .execute_one("jobs", kind)
        .await
        .expect("stored");
    }
    "00000000000000000000000000"
}

on_each_database! {
    async fn what_operators_change_is_noted_once_and_what_they_do_not_is_not(database: TestDatabase) {
        let _town = Town::build(&database, 1).await;
        let db = database.open().await;
        let before = noted(&database, &[]).await.len();
        let channel = ["T0ACME", "C0ACME0"];
        let jobs = some_die(&db).await;
        for (arguments, action, subject, detail) in [
            (&["channel", "pause", "T0ACME", "C0ACME0"][..], "channel.paused", channel[1], ""),
            (&["channel", "resume", "T0ACME", "C0ACME0"], "channel.resumed", channel[1], ""),
            (&["channel", "reactions", "T0ACME", "C0ACME0", "off"], "channel.reactions_set", channel[1], "off"),
            (&["channel", "backfill", "T0ACME", "C0ACME0", "--since", "2h"], "channel.backfilled", channel[1], "from 20"),
            (&["queue", "hold", "team:T0ACME", "--for", "30m", "--reason", "between us"], "hold.placed", "team:T0ACME", "until 20"),
            (&["queue", "release", "team:T0ACME"], "hold.released", "team:T0ACME", ""),
            (&["queue", "retry", jobs], "job.replayed", jobs, "deliver_copy"),
            (&["queue", "discard", "--yes", "00000000000000000000000001"], "job.discarded", "00000000000000000000000001", "deliver_copy"),
        ] {
            works(&database, arguments).await;
            let entry = noted(&database, &["--team", "T0ACME", "--limit", "1"]).await.remove(0);
            assert!(entry.0 == action && entry.1 == subject && entry.2.starts_with(detail), "{arguments:?}: {entry:?}");
        }
        // Of many, one; without a workspace.
        works(&database, &["queue", "retry", "--all"]).await;
        let entry = noted(&database, &["--limit", "1"]).await.remove(0);
        assert_eq!(entry, ("job.replayed".to_owned(), String::new(), "all".to_owned()));
        let so_far = noted(&database, &[]).await;
        assert_eq!(so_far.len(), before + 9);
        assert!(!works(&database, &["audit"]).await.contains("between us"));

        works(&database, &["channel", "pause", "T0ACME", "C0ACME0"]).await;
        works(&database, &["queue", "hold", "team:T0ACME", "--for", "2h"]).await;
        for (arguments, status) in [
            (&["channel", "pause", "T0ACME", "C0ACME0"][..], 0),
            (&["channel", "reactions", "T0ACME", "C0ACME0", "off"], 0),
            (&["channel", "backfill", "T0ACME", "C0OTHER", "--since", "2h"], 1),
            (&["queue", "hold", "team:T0ACME", "--for", "1m"], 0),
            (&["queue", "release", "team:T0OTHER"], 1),
            (&["queue", "retry", jobs], 1),
            (&["queue", "retry", "--kind", "deliver_copy"], 0),
            (&["queue", "discard", "--yes", jobs], 1),
        ] {
            assert_eq!(syncbot(&database, arguments).await.0, status, "{arguments:?}");
        }
        assert_eq!(noted(&database, &[]).await.len(), before + 11, "what changed nothing is not noted");
    }

    async fn the_log_is_listed_by_workspace_action_and_time(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let list = works(&database, &["audit"]).await;
        let lines: Vec<&str> = list.lines().collect();
        assert!(lines[0].starts_with("  WHEN                     WORKSPACE  WHO       ACTION               WHAT"), "{list}");
        assert!(lines.len() == 3 && lines[1].contains(" T0BIRCH    operator  workspace.installed  01"), "{list}");
        assert!(lines[2].contains(" T0ACME "), "the latest first: {list}");
        drop(town);

        // One entry of long ago, as their ids tell.
        let db = database.open().await;
        db.write(sql!(
            "INSERT INTO audit_log (id, at, team_id, actor, action) VALUES ('01ARZ3NDEKTSV4RRFFQ69G5FAV', $1, 'T0ACME', 'operator', 'channel.paused')"
        ))
        .bind(chrono::DateTime::from_timestamp(1_469_922_850, 0).expect("a time"))
        .execute_one("audit_log", 1)
        .await
        .expect("stored");
        let count = async |more: &'static [&'static str]| noted(&database, more).await.len();
        assert_eq!(count(&[]).await, 3);
        assert_eq!(count(&["--since", "30d"]).await, 2);
        assert_eq!(count(&["--team", "T0ACME"]).await, 2);
        assert_eq!(count(&["--team", "T0ACME", "--since", "3000d"]).await, 1);
        assert_eq!(count(&["--action", "channel.paused"]).await, 1);
        assert_eq!(count(&["--action", "channel.paused", "--team", "T0BIRCH"]).await, 0);
        assert!(works(&database, &["audit"]).await.contains("2016-07-30 23:54:10 UTC  T0ACME     operator  channel.paused       –"));
        assert!(works(&database, &["audit", "--limit", "2"]).await.contains("… and more that were noted earlier"));
        assert_eq!(works(&database, &["audit", "--team", "T0NOBODY"]).await, "Nothing of that is noted.\n");
        for (arguments, why) in [
            (&["audit", "--team", "acme"][..], "not a valid workspace id"),
            (&["audit", "--since", "yesterday"], "a number with its unit"),
            (&["audit", "--limit", "0"], "1..=10000"),
        ] {
            let (status, output) = syncbot(&database, arguments).await;
            assert!(status == 2 && output.contains(why), "{arguments:?} ended with {status}: {output}");
        }
    }
}

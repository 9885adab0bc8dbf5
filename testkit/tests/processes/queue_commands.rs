//! `syncbot queue`, as an operator uses it: the real binary, on each database.

use serde_json::Value;
use shared::db::Db;
use shared::sql;
use testkit::{Engine, PATIENCE, Process, TestDatabase, Town, on_each_database};

/// What an operator's shell has: the database, and nothing else.
fn shell(database: &TestDatabase) -> Vec<(&'static str, String)> {
    vec![("DATABASE_URL", database.url()), ("DATABASE_TLS_ENABLED", "false".to_owned())]
}

/// Runs `syncbot queue …`; returns exit status and everything that it printed.
async fn queue(database: &TestDatabase, arguments: &[&str]) -> (i32, String) {
    let arguments: Vec<&str> = std::iter::once("queue").chain(arguments.iter().copied()).collect();
    let mut process = Process::start("syncbot", &arguments, shell(database));
    let status = process.ended().await;
    (status.code().expect("it ends by itself"), process.output())
}

async fn works(database: &TestDatabase, arguments: &[&str]) -> String {
    let (status, output) = queue(database, arguments).await;
    assert_eq!(status, 0, "{arguments:?}: {output}");
    output
}

async fn fails(database: &TestDatabase, arguments: &[&str], status: i32, why: &str) {
    let (ended, output) = queue(database, arguments).await;
    assert!(ended == status && output.contains(why), "{arguments:?} ended with {ended}: {output}");
}

fn parsed(output: &str) -> Value {
    serde_json::from_str(output).unwrap_or_else(|error| panic!("{error}: {output}"))
}

/// Waits until a query, which counts something, finds any.
async fn until_there_is(db: &Db, counted: &'static shared::db::Statement) {
    let found = async {
        while db.read(counted).fetch_one::<(i64,)>().await.expect("counted").0 == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.expect("it comes");
}

/// 10,000 dead jobs: the first 600 of the kind `few`, of which 25 lost their payload, the others `many`.
async fn a_great_many_die(db: &Db) {
    let filled = db.write(sql!(
        "INSERT INTO jobs (id, lane, order_key, kind, payload, state, attempts, crashes, not_before, last_error, created_at, finished_at)
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
         SELECT LPAD(CAST(a.i * 100 + b.i AS TEXT), 26, '0'), 'a lane', a.i * 100 + b.i, CASE WHEN a.i < 6 THEN 'few' ELSE 'many' END,
                CASE WHEN a.i > 0 OR b.i >= 25 THEN 'x' END, 'dead', 1, 0, 0, 'it had to', 1, a.i * 100 + b.i FROM n AS a, n AS b",
        mysql: "INSERT INTO jobs (id, lane, order_key, kind, payload, state, attempts, crashes, not_before, last_error, created_at, finished_at)
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
         SELECT LPAD(a.i * 100 + b.i, 26, '0'), 'a lane', a.i * 100 + b.i, CASE WHEN a.i < 6 THEN 'few' ELSE 'many' END,
                CASE WHEN a.i > 0 OR b.i >= 25 THEN 'x' END, 'dead', 1, 0, 0, 'it had to', 1, a.i * 100 + b.i FROM n AS a, n AS b",
        sqlite: "INSERT INTO jobs (id, lane, order_key, kind, payload, state, attempts, crashes, not_before, last_error, created_at, finished_at)
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
         SELECT printf('%026d', a.i * 100 + b.i), 'a lane', a.i * 100 + b.i, CASE WHEN a.i < 6 THEN 'few' ELSE 'many' END,
                CASE WHEN a.i > 0 OR b.i >= 25 THEN 'x' END, 'dead', 1, 0, 0, 'it had to', 1, a.i * 100 + b.i FROM n AS a, n AS b"
    ));
    assert_eq!(filled.execute().await.expect("stored"), 10_000);
}

on_each_database! {
    async fn an_empty_queue_is_said_in_words(database: TestDatabase) {
        database.open().await.close().await;
        let stats = works(&database, &["stats"]).await;
        for words in ["0 running, 0 due, 0 asleep, 0 idle", "Waiting:  nothing", "There are no jobs.", "Nothing is held."] {
            assert!(stats.contains(words), "{stats}");
        }
        assert_eq!(works(&database, &["dead"]).await, "No job is dead.\n");
        assert_eq!(works(&database, &["dead", "--kind", "deliver_copy"]).await, "No job of kind `deliver_copy` is dead.\n");
        assert_eq!(works(&database, &["retry", "--all"]).await, "0 jobs replayed.\n");
        assert_eq!(parsed(&works(&database, &["dead", "--json"]).await)["total"], 0);
        let stats = parsed(&works(&database, &["stats", "--json"]).await);
        assert!(stats["jobs"] == serde_json::json!([]) && stats["oldest_open_job_at"].is_null(), "{stats}");
    }

    async fn what_cannot_be_understood_or_done_is_refused_with_a_sentence_that_helps(database: TestDatabase) {
        database.open().await.close().await;
        let nobody = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        for (arguments, status, why) in [
            (&["show", "17"][..], 2, "a job's id is 26 letters and digits"),
            (&["retry"], 2, "--all"),
            (&["retry", "--all", nobody], 2, "cannot be used with"),
            (&["dead", "--limit", "0"], 2, "1..=10000"),
            (&["hold", "team:acme", "--for", "30m"], 2, "`channel:<team>:<channel>`"),
            (&["hold", "lane:x", "--for", "30m"], 2, "not something that can be held"),
            (&["hold", "team:T0ACME", "--for", "30"], 2, "a number with its unit"),
            (&["hold", "team:T0ACME"], 2, "--for <TIME>"),
            (&["show", nobody], 1, "there is no job 01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            (&["retry", nobody], 1, "there is no such job"),
            (&["discard", nobody], 1, "add --yes"),
            (&["discard", nobody, "--yes"], 1, "there is no such job"),
            (&["release", "team:T0ACME"], 1, "team:T0ACME is not held, nor is anything else"),
        ] {
            fails(&database, arguments, status, why).await;
        }
    }

    async fn a_database_that_is_missing_is_not_made_and_one_that_is_old_is_not_touched(database: TestDatabase) {
        fails(&database, &["stats"], 1, "there is no such database").await;
        fails(&database, &["stats"], 1, "there is no such database").await;
        let db = database.open().await;
        db.write(sql!("DROP TABLE _sqlx_migrations")).execute().await.expect("dropped");
        fails(&database, &["stats"], 1, "`syncbot migrate` brings it up to date").await;
    }

    async fn a_dead_job_is_listed_shown_and_replayed(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let _ingress = town.start_ingress().await;
        let db = database.open().await;
        town.says(0, "between people");
        until_there_is(&db, sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'route_event'")).await;
        // What reads the directories of both workspaces waits as well.
        db.write(sql!("UPDATE jobs SET state = 'dead', finished_at = created_at, attempts = 3, last_error = $1 WHERE kind = 'route_event'"))
            .bind("the \u{1b}[31mreason")
            .execute()
            .await
            .expect("it died");

        let stats = works(&database, &["stats"]).await;
        assert!(stats.contains("route_event") && stats.contains("1 job failed for good"), "{stats}");
        let list = works(&database, &["dead"]).await;
        assert!(list.contains("the \\u{1b}[31mreason") && list.contains("src:T0ACME:C0ACME0"), "{list}");
        let id = parsed(&works(&database, &["dead", "--json"]).await)["jobs"][0]["id"].as_str().expect("an id").to_owned();
        assert!(list.contains(&id), "{list}");

        let show = works(&database, &["show", &id]).await;
        assert!(show.contains("dead: it will not be tried again") && show.contains("Failures:   3"), "{show}");
        let json = works(&database, &["show", &id.to_lowercase(), "--json"]).await;
        assert!(parsed(&json)["kind"] == "route_event" && parsed(&json)["has_payload"] == true, "{json}");
        for text in [&list, &show, &json, &works(&database, &["dead", "--json"]).await] {
            assert!(!text.contains("between people"), "{text}");
        }
        assert!(works(&database, &["show", &id, "--payload"]).await.contains("between people"));

        assert_eq!(works(&database, &["retry", &id]).await, "1 job replayed.\n");
        fails(&database, &["discard", &id, "--yes"], 1, "it is not dead, but pending").await;
        let _worker = town.start_worker();
        town.slack.wait_until(|_| town.texts_in_target(0) == ["between people"], PATIENCE).await.expect("it arrives");
        until_there_is(&db, sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'route_event' AND state = 'done'")).await;
        fails(&database, &["retry", &id], 1, "it is not dead, but done").await;
    }

    async fn ten_thousand_dead_jobs_are_listed_in_part_and_replayed_by_two_operators_at_once(database: TestDatabase) {
        let db = database.open().await;
        a_great_many_die(&db).await;
        let list = works(&database, &["dead"]).await;
        assert!(list.contains("… and 9,980 more") && list.contains("00009999") && !list.contains("00009979"), "{list}");
        assert!(works(&database, &["dead", "--kind", "few", "--limit", "600"]).await.contains("too old to be replayed"));
        let json = parsed(&works(&database, &["dead", "--json", "--limit", "3"]).await);
        assert!(json["total"] == 10_000 && json["jobs"].as_array().is_some_and(|jobs| jobs.len() == 3), "{json}");

        let operator = || Process::start("syncbot", &["queue", "retry", "--kind", "few"], shell(&database));
        let mut replayed = 0;
        for mut operator in [operator(), operator()] {
            let status = operator.ended().await;
            let output = operator.output();
            assert_eq!(status.code(), Some(1), "some cannot be replayed: {output}");
            assert!(output.contains("died more than 30 days ago") && output.contains("25 jobs not replayed."), "{output}");
            let line = output.lines().find(|line| line.ends_with(" replayed.") && !line.contains("not")).expect("it says how many");
            replayed += line.split(' ').next().expect("a number").parse::<i64>().expect("a number");
        }
        assert_eq!(replayed, 575, "each was replayed once");
        let count = async |statement| { db.read(statement).fetch_one::<(i64,)>().await.expect("counted").0 };
        assert_eq!(count(sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'few' AND state = 'pending'")).await, 575);
        assert_eq!(count(sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'many' AND state = 'dead'")).await, 9_400);

        let dead = parsed(&works(&database, &["dead", "--json", "--limit", "2"]).await);
        let ids: Vec<&str> = [0, 1].into_iter().map(|at| dead["jobs"][at]["id"].as_str().expect("an id")).collect();
        assert_eq!(works(&database, &["discard", "--yes", ids[0], ids[1]]).await, "2 jobs deleted.\n");
        assert_eq!(count(sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'many'")).await, 9_398);
    }

    async fn a_hold_stops_what_goes_to_a_channel_and_a_release_lets_it_go(database: TestDatabase) {
        let town = Town::build(&database, 2).await;
        let (_ingress, _worker) = (town.start_ingress().await, town.start_worker());
        let scope = "channel:T0BIRCH:C0BIRCH0";
        let held = works(&database, &["hold", scope, "--for", "2h", "--reason", "they move house"]).await;
        assert!(held.starts_with("channel:T0BIRCH:C0BIRCH0 is held for 2 h, until "), "{held}");
        town.says(0, "waits");
        town.says(1, "goes");
        town.slack.wait_until(|_| town.texts_in_target(1) == ["goes"], PATIENCE).await.expect("it goes");
        let db = database.open().await;
        // A worker looked at the lane and put it to sleep.
        until_there_is(&db, sql!("SELECT COUNT(*) FROM lanes WHERE lane = 'dst:T0BIRCH:C0BIRCH0' AND owner IS NULL AND sleeps_for < 0")).await;
        assert!(town.texts_in_target(0).is_empty());

        let stats = works(&database, &["stats"]).await;
        assert!(stats.contains("they move house") && stats.contains("1 h 59 min") && stats.contains("1 asleep"), "{stats}");
        let shorter = works(&database, &["hold", scope, "--for", "1m"]).await;
        assert!(shorter.contains("is held already, and longer") && shorter.contains("they move house"), "{shorter}");
        let longer = works(&database, &["hold", scope, "--for", "1d", "--reason", "it takes longer"]).await;
        assert!(longer.contains("is held for 1 day"), "{longer}");
        let stats = parsed(&works(&database, &["stats", "--json"]).await);
        assert!(stats["holds"][0]["reason"] == "it takes longer", "{stats}");
        fails(&database, &["release", "team:T0BIRCH"], 1, scope).await;

        let released = works(&database, &["release", scope]).await;
        assert!(released.contains("is released"), "{released}");
        town.slack.wait_until(|_| town.texts_in_target(0) == ["waits"], PATIENCE).await.expect("it goes");
        assert_eq!(works(&database, &["stats", "--json"]).await.matches("scope").count(), 0);
    }

    async fn a_running_worker_forgets_what_ended_long_ago(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let db = database.open().await;
        a_great_many_die(&db).await;
        // All of them died in 1970; now some died lately, and some were done then.
        for statement in [
            sql!("UPDATE jobs SET state = 'done' WHERE order_key < 2000"),
            sql!("UPDATE jobs SET finished_at = 9000000000000 WHERE order_key >= 9990"),
            sql!("INSERT INTO holds (scope, until_at, reason) VALUES ('team:T1', 5, 'long ago')"),
            sql!("INSERT INTO lanes (lane, priority, due_at, owner, epoch, generation, sleeps_for) VALUES ('idle', 1, NULL, NULL, 1, 1, NULL)"),
        ] {
            db.write(statement).execute().await.expect("changed");
        }
        let mut worker = town.start_worker();
        let line = worker.line_with("the queue was cleared of what ended long ago").await;
        let fields = &parsed(&line)["fields"];
        let removed = |name: &str| parsed(&line)[name].as_i64().or_else(|| fields[name].as_i64());
        assert_eq!(
            ["jobs.done", "jobs.dead", "lanes", "holds"].map(removed),
            [2_000, 7_990, 1, 1].map(Some),
            "{line}"
        );
        until_there_is(&db, sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'queue_care' AND state = 'done'")).await;
        let (left,) = db.read(sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'many'")).fetch_one::<(i64,)>().await.expect("counted");
        assert_eq!(left, 10);
    }
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_said_to_be_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite:///{}", folder.path().join("typo.sqlite3").display());
    for (url, why) in [
        ("postgresql://hidden:hidden@127.0.0.1:1/syncbot", "could not be reached"),
        ("mysql://hidden:hidden@127.0.0.1:1/syncbot", "could not be reached"),
        (&*file, "there is no such database"),
    ] {
        let mut process = Process::start("syncbot", &["queue", "stats"], [("DATABASE_URL", url)]);
        let status = process.ended().await;
        let output = process.output();
        assert!(status.code() == Some(1) && output.contains(why), "{status}: {output}");
        assert!(!output.contains("hidden"), "{output}");
    }
    assert!(
        std::fs::read_dir(folder.path()).expect("a folder").next().is_none(),
        "nothing was made"
    );
}

#[tokio::test]
async fn a_reader_that_has_read_enough_is_no_error() {
    let database = TestDatabase::create(Engine::Sqlite);
    let db = database.open().await;
    a_great_many_die(&db).await;
    let script = format!(
        "{} queue dead --limit 10000 > fifo & reader=$!; head -n 1 < fifo; wait $reader",
        testkit::binary("syncbot").display()
    );
    let script = format!("mkfifo fifo; {script}");
    let variables = shell(&database).into_iter().chain([("PATH", "/usr/bin:/bin".to_owned())]);
    let mut process = Process::start_program("/bin/sh".as_ref(), &["-c", &script], variables);
    let status = process.ended().await;
    assert!(status.success(), "{}", process.output());
    assert_eq!(process.output().lines().count(), 1, "{}", process.output());
}

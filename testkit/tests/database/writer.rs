//! Shared commits: many callers, few transactions, an answer for each.

use std::collections::HashSet;

use futures::future::join_all;
use shared::clock::Clock;
use shared::db::{Db, Engine};
use shared::queue::{Enqueued, Lane, NewJob, Order, Priority, Queue, WriteError, Writer};
use shared::rng::Rng;
use shared::sql;
use testkit::on_each_database;

fn writer(db: &Db) -> Writer {
    Writer::start(Queue::new(db.clone(), Clock::system(), Rng::system()))
}

fn job(number: i64) -> NewJob {
    NewJob {
        lane: Lane::named(format!("lane {}", number % 7)),
        order: Order::At(number),
        priority: Priority::Normal,
        kind: "test",
        payload: number.to_string(),
        dedup_key: Some(format!("job {number}")),
        coalesce_key: None,
    }
}

async fn payloads(db: &Db) -> HashSet<String> {
    let rows: Vec<(String,)> =
        db.read(sql!("SELECT payload FROM jobs")).fetch_all().await.expect("read");
    rows.into_iter().map(|(payload,)| payload).collect()
}

/// A job that this database cannot store.
async fn unstorable(db: &Db) -> NewJob {
    let job = job(1_000);
    match db.engine() {
        Engine::Postgres => NewJob { payload: "\0".to_owned(), ..job },
        Engine::MySql => NewJob { lane: Lane::named("x".repeat(500)), ..job },
        Engine::Sqlite => {
            let trigger = sql!(
                "CREATE TRIGGER refusal BEFORE INSERT ON jobs WHEN NEW.payload = 'unstorable'
                                BEGIN SELECT RAISE(ABORT, 'refused'); END"
            );
            db.write(trigger).execute().await.expect("made");
            NewJob { payload: "unstorable".to_owned(), ..job }
        }
    }
}

on_each_database! {
    async fn each_caller_learns_whether_its_job_is_new(database: TestDatabase) {
        let db = database.open().await;
        let writer = writer(&db);
        // Each one twice, at once.
        let writes = (0..300).chain(0..300).map(|number| writer.write(job(number)));
        let written: Vec<Enqueued> = join_all(writes).await.into_iter().map(|written| written.expect("written")).collect();
        let count = |wanted| written.iter().filter(|enqueued| **enqueued == wanted).count();
        assert_eq!((count(Enqueued::New), count(Enqueued::Duplicate)), (300, 300));
        assert_eq!(payloads(&db).await.len(), 300);
        let lanes: Vec<(Option<i64>,)> = db.read(sql!("SELECT due_at FROM lanes")).fetch_all().await.expect("read");
        assert_eq!(lanes.len(), 7);
        assert!(lanes.iter().all(|(due_at,)| due_at.is_some()), "every lane is due");
        assert_eq!(writer.write(job(5)).await.expect("answered"), Enqueued::Duplicate);
    }

    async fn a_job_that_cannot_be_stored_fails_alone(database: TestDatabase) {
        let db = database.open().await;
        let writer = writer(&db);
        let bad = unstorable(&db).await;
        let jobs = (0..20).map(job).chain([bad]).chain((20..40).map(job));
        let written = join_all(jobs.map(|job| writer.write(job))).await;
        let failed: Vec<usize> = written.iter().enumerate().filter(|(_, written)| written.is_err()).map(|(at, _)| at).collect();
        assert_eq!(failed, [20]);
        assert_eq!(payloads(&db).await.len(), 40);
    }

    async fn large_jobs_are_not_gathered_into_a_transaction_that_is_too_large(database: TestDatabase) {
        let db = database.open().await;
        let writer = writer(&db);
        let large = |number| NewJob { payload: format!("{number}{}", "x".repeat(1_500_000)), ..job(number) };
        for written in join_all((0..6).map(|number| writer.write(large(number)))).await {
            assert_eq!(written.expect("written"), Enqueued::New);
        }
        assert_eq!(payloads(&db).await.len(), 6);
    }

    async fn more_than_can_wait_is_refused_at_once(database: TestDatabase) {
        let db = database.open().await;
        let writer = writer(&db);
        let large = |number| NewJob { payload: "x".repeat(20 << 20), ..job(number) };
        let (one, other) = tokio::join!(writer.write(large(1)), writer.write(large(2)));
        let is_busy = |written: &Result<Enqueued, WriteError>| matches!(written, Err(WriteError::Busy));
        assert!(is_busy(&one) != is_busy(&other), "{one:?} {other:?}");
        assert_eq!(writer.write(job(3)).await.expect("there is room again"), Enqueued::New);
    }
}

//! Lanes that were claimed are run, whatever happens to the claims after theirs.

use std::time::Duration;

use shared::clock::Clock;
use shared::db::Db;
use shared::queue::{Lane, NewJob, Order, Priority, Queue};
use shared::rng::Rng;
use shared::sql;
use testkit::{PATIENCE, on_each_database};
use worker::Registered;

use crate::running::Running;

/// A job that does nothing.
fn nothing() -> Registered {
    Registered {
        kind: "nothing",
        handler: |cx| Box::pin(async { cx.done(cx.begin().await?).await }),
        timeout: Duration::from_mins(1),
        on_death: None,
        on_replay: None,
        schedule: None,
    }
}

async fn enqueue(db: &Db, lane: Lane, priority: Priority) {
    let job = NewJob {
        lane,
        order: Order::At(1),
        priority,
        kind: "nothing",
        payload: String::new(),
        dedup_key: None,
        coalesce_key: None,
    };
    let queue = Queue::new(db.clone(), Clock::system(), Rng::system());
    let mut tx = db.begin().await.expect("begun");
    queue.enqueue(&mut tx, vec![job]).await.expect("enqueued");
    tx.commit().await.expect("committed");
}

on_each_database! {
    async fn a_claim_that_fails_does_not_lose_the_claims_before_it(database: TestDatabase) {
        let db = database.open().await;
        enqueue(&db, Lane::maintenance(), Priority::Maintenance).await;
        enqueue(&db, Lane::named("src:T0ACME:C0ACME"), Priority::Normal).await;
        let unclaimable = sql!(
            "ALTER TABLE lanes ADD CONSTRAINT nobodys CHECK (priority < 2 OR owner IS NULL)",
            sqlite: "CREATE TRIGGER nobodys BEFORE UPDATE ON lanes WHEN NEW.priority = 2 AND NEW.owner IS NOT NULL
             BEGIN SELECT RAISE(ABORT, 'nobody may have it'); END"
        );
        db.write(unclaimable).execute().await.expect("made");

        let worker = Running::start(&db, vec![nothing()]).await;
        let done = async {
            let count = sql!("SELECT COUNT(*) FROM jobs WHERE state = 'done'");
            while db.read(count).fetch_one::<(i64,)>().await.expect("counted").0 == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, done).await.expect("the lane that was claimed is run");
        worker.stop().await;
    }
}

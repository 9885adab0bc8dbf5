//! A worker that is frozen past its lease: another one takes its lanes, and when it wakes up it cannot write.

use std::time::Duration;

use shared::clock::Clock;
use shared::db::Db;
use shared::sql;
use testkit::{PATIENCE, TestDatabase, Town, on_each_database};

use crate::talk::Talk;
use crate::{worker, worker_with};

const MESSAGES: usize = 3;

async fn worker_is_frozen(database: TestDatabase, plan: &str) {
    let town = Town::build(&database, 1).await;
    let ingress = town.start_ingress().await;
    let mut first = worker_with(&town, plan);
    let mut talk = Talk::in_channels(&town, 1);
    talk.goes_on(MESSAGES);
    first.frozen().await;
    let mut second = worker(&town);
    let db = database.open().await;
    if others_can_write(&db).await {
        talk.until_there_are(MESSAGES).await;
    } else {
        until_the_lease_is_over(&db).await;
    }
    first.signal("CONT");
    first.line_with("the lane is lost").await;
    // It may have waited for a locked file all the time, and only then can be asked to stop.
    second.line_with(r#""message":"working""#).await;
    db.close().await;
    talk.goes_on(1);
    talk.ends_well(&database, vec![ingress, first, second]).await;
}

/// A process that is frozen inside a transaction keeps a SQLite file locked: nobody can take over before it
/// wakes up. Servers end such a transaction by themselves.
async fn others_can_write(db: &Db) -> bool {
    db.begin().await.is_ok()
}

async fn until_the_lease_is_over(db: &Db) {
    let over = async {
        loop {
            let (end,): (Option<i64>,) = db
                .read(sql!("SELECT MIN(due_at) FROM lanes WHERE owner IS NOT NULL"))
                .fetch_one()
                .await
                .expect("read");
            if end.expect("a frozen worker holds a lane") < Clock::system().epoch_millis() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, over).await.expect("leases end");
}

on_each_database! {
    async fn before_a_route_is_committed(database: TestDatabase) {
        worker_is_frozen(database, "route.before_commit=freeze@2").await;
    }

    async fn before_a_copy_is_marked_as_sending(database: TestDatabase) {
        worker_is_frozen(database, "deliver.before_sending=freeze@2").await;
    }

    async fn after_the_call_and_before_its_answer_is_stored(database: TestDatabase) {
        worker_is_frozen(database, "deliver.called=freeze@2").await;
    }

    async fn before_the_answer_is_committed(database: TestDatabase) {
        worker_is_frozen(database, "deliver.before_store_commit=freeze@2").await;
    }
}

//! What runs regularly is enqueued once in each period, however many workers there are.

use std::time::Duration;

use shared::db::Db;
use shared::queue::{Lane, NewJob, Order, Priority};
use shared::sql;
use testkit::{PATIENCE, on_each_database};
use worker::{Registered, Schedule};

use crate::running::Running;

/// A job that runs several times a second, and whose place tells its tick.
fn often() -> Registered {
    Registered {
        kind: "often",
        handler: |cx| Box::pin(async { cx.done(cx.begin().await?).await }),
        timeout: Duration::from_mins(1),
        on_death: None,
        on_replay: None,
        schedule: Some(Schedule {
            every: Duration::from_millis(300),
            job: |at| NewJob {
                lane: Lane::maintenance(),
                order: Order::At(at),
                priority: Priority::Maintenance,
                kind: "often",
                payload: String::new(),
                dedup_key: None,
                coalesce_key: None,
            },
        }),
    }
}

async fn until_done(db: &Db, ticks: i64) {
    let done = async {
        loop {
            let (done,) = db
                .read(sql!("SELECT COUNT(DISTINCT order_key) FROM jobs WHERE state = 'done'"))
                .fetch_one::<(i64,)>()
                .await
                .expect("counted");
            if done >= ticks {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, done).await.expect("the clock ticks");
}

on_each_database! {
    async fn each_tick_is_one_job_and_ticks_go_on_while_any_worker_runs(database: TestDatabase) {
        let (db, other_db) = (database.open().await, database.open().await);
        let first = Running::start(&db, vec![often()]).await;
        let second = Running::start(&other_db, vec![often()]).await;
        until_done(&db, 4).await;
        first.stop().await;
        let (so_far,) = db.read(sql!("SELECT COUNT(*) FROM jobs")).fetch_one::<(i64,)>().await.expect("counted");
        until_done(&db, so_far + 2).await;
        second.stop().await;
        let (jobs, ticks) = db
            .read(sql!("SELECT COUNT(*), COUNT(DISTINCT order_key) FROM jobs"))
            .fetch_one::<(i64, i64)>()
            .await
            .expect("counted");
        assert_eq!(jobs, ticks, "a tick came twice");
    }
}

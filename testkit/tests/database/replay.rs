//! Replaying a dead job, with what its kind does on a replay: both, or neither.

use std::time::Duration;

use shared::clock::Clock;
use shared::db::{Db, DbError};
use shared::ids::{JobId, TeamId};
use shared::queue::{Lane, NewJob, NotReplayed, Order, Priority, Queue, Scope};
use shared::rng::Rng;
use shared::sql;
use testkit::on_each_database;
use worker::{OnReplay, Registered};

fn registry(on_replay: Option<OnReplay>) -> Vec<Registered> {
    vec![Registered {
        kind: "test",
        handler: |_| unreachable!("nothing runs here"),
        timeout: Duration::from_mins(1),
        on_death: None,
        on_replay,
        schedule: None,
    }]
}

/// Leaves a trace in the same transaction: a hold on the workspace that the job's payload names.
const LEAVES_A_TRACE: OnReplay = |queue, job, tx| {
    Box::pin(async move {
        let team: TeamId = job.payload.as_deref().unwrap_or_default().parse().expect("a team");
        queue.hold(tx, &Scope::workspace(&team), i64::MAX, "replayed").await
    })
};

const FAILS: OnReplay = |_, job, _| {
    Box::pin(async move {
        Err(DbError::BadValue { table: "copies", column: "state", id: job.id.to_string() })
    })
};

async fn dead_job(db: &Db, queue: &Queue) -> JobId {
    let job = NewJob {
        lane: Lane::named("lane"),
        order: Order::At(1),
        priority: Priority::Normal,
        kind: "test",
        payload: "T0ACME".to_owned(),
        dedup_key: None,
        coalesce_key: None,
    };
    let mut tx = db.begin().await.expect("begun");
    queue.enqueue_one(&mut tx, &job).await.expect("enqueued");
    tx.query(sql!("UPDATE jobs SET state = 'dead', finished_at = 1"))
        .execute()
        .await
        .expect("dead");
    tx.query(sql!("UPDATE lanes SET due_at = NULL")).execute().await.expect("idle");
    tx.commit().await.expect("committed");
    queue.dead_jobs(None, 1).await.expect("read").remove(0).id
}

on_each_database! {
    async fn a_replay_revives_the_job_and_does_what_its_kind_asks_for(database: TestDatabase) {
        let (db, clock, rng) = (database.open().await, Clock::system(), Rng::system());
        let queue = Queue::new(db.clone(), clock.clone(), rng.clone());
        let id = dead_job(&db, &queue).await;

        worker::replay(&queue, &registry(Some(FAILS)), &id, None, &clock, &rng).await.expect_err("the hook fails");
        assert_eq!(queue.job(&id).await.expect("read").expect("there").state, "dead");

        let signals = queue.wakes().subscribe();
        let replayed = worker::replay(&queue, &registry(Some(LEAVES_A_TRACE)), &id, None, &clock, &rng).await;
        assert_eq!(replayed.expect("asked"), Ok(()));
        assert!(signals.has_changed().expect("open"), "workers are told");
        assert_eq!(queue.job(&id).await.expect("read").expect("there").state, "pending");
        assert_eq!(queue.holds().await.expect("read")[0].scope, "team:T0ACME");
        assert_eq!(queue.claim("worker", Priority::Normal, 1, 15_000).await.expect("claimed").len(), 1);

        let again = worker::replay(&queue, &registry(None), &id, None, &clock, &rng).await.expect("asked");
        assert_eq!(again, Err(NotReplayed::NotDead));
    }

    async fn of_many_who_replay_a_job_at_once_one_does(database: TestDatabase) {
        let (db, clock, rng) = (database.open().await, Clock::system(), Rng::system());
        let queue = Queue::new(db.clone(), clock.clone(), rng.clone());
        let id = dead_job(&db, &queue).await;
        let registry = registry(Some(LEAVES_A_TRACE));
        let replays = (0..8).map(|_| worker::replay(&queue, &registry, &id, None, &clock, &rng));
        let replayed = futures::future::join_all(replays).await;
        assert_eq!(replayed.iter().filter(|replayed| matches!(replayed, Ok(Ok(())))).count(), 1, "{replayed:?}");
        assert_eq!(replayed.iter().filter(|replayed| matches!(replayed, Ok(Err(NotReplayed::NotDead)))).count(), 7, "{replayed:?}");
    }
}

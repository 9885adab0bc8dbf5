//! Keeping the queue small: what is forgotten, when, and what never is.

use std::time::Duration;

use shared::clock::Clock;
use shared::queue::{Cared, Enqueued, Look, NewJob, Order, Release};
use shared::rng::Rng;
use testkit::{Engine, on_each_database};

use super::{Bench, LEASE, job, names, scope};

const MILLI: Duration = Duration::from_millis(1);

impl Bench {
    async fn care(&self) -> Cared {
        self.queue.care(1_000).await.expect("cared")
    }

    /// Runs everything that is due until every lane is idle.
    async fn run_everything(&self) {
        for lease in self.claim("w1").await {
            while let Look::Due(_) = self.queue.look(&lease).await.expect("looked") {
                self.finish(&lease).await;
            }
            assert_eq!(self.release(&lease).await, Release::Released);
        }
    }
}

fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

on_each_database! {
    async fn a_done_job_and_its_key_are_forgotten_after_a_week(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let keyed = || NewJob { dedup_key: Some("evt:1".to_owned()), ..job("a", Order::At(1), "x") };
        bench.enqueue(keyed()).await;
        let lease = bench.claim_one("w1").await;
        bench.finish(&lease).await;
        bench.time.advance(days(7));
        assert_eq!(bench.care().await.done_jobs, 0);
        assert_eq!(bench.enqueue(keyed()).await, Enqueued::Duplicate);
        bench.time.advance(MILLI);
        assert_eq!(bench.care().await.done_jobs, 1);
        assert_eq!(bench.enqueue(keyed()).await, Enqueued::New);
    }

    async fn a_dead_job_loses_its_payload_after_a_month_and_is_forgotten_after_three(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "what somebody wrote")).await;
        let lease = bench.claim_one("w1").await;
        let dead = bench.bury(&lease, "cannot be done").await.id;
        let payload = async || bench.queue.job(&dead).await.expect("read").map(|row| row.payload);
        bench.time.advance(days(30));
        assert_eq!(bench.care().await.payloads, 0);
        assert_eq!(payload().await, Some(Some("what somebody wrote".to_owned())));
        bench.time.advance(MILLI);
        assert_eq!(bench.care().await.payloads, 1);
        assert_eq!(payload().await, Some(None));
        bench.time.advance(days(60).saturating_sub(MILLI));
        assert_eq!((bench.care().await.dead_jobs, payload().await), (0, Some(None)));
        bench.time.advance(MILLI);
        assert_eq!((bench.care().await.dead_jobs, payload().await), (1, None));
    }

    async fn a_job_that_is_still_to_be_done_is_never_forgotten(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for lane in ["waits", "sleeps", "leased", "parked"] {
            bench.enqueue(job(lane, Order::At(1), lane)).await;
        }
        for lease in bench.claim("w1").await {
            match lease.lane.as_str() {
                "waits" => bench.queue.yield_lane(&lease).await.expect("given back"),
                "sleeps" => bench.snooze(&lease, days(200)).await,
                "parked" => _ = bench.park(&lease, "root", bench.now() + 200 * 86_400_000).await,
                _ => continue,
            }
            if matches!(lease.lane.as_str(), "sleeps" | "parked") {
                assert_eq!(bench.release(&lease).await, Release::Released);
            }
        }
        bench.time.advance(days(199));
        assert!(bench.care().await.is_nothing());
        assert_eq!(bench.unpark("root").await, 1);
        bench.time.advance(days(1));
        let leases = bench.claim("w2").await;
        assert_eq!(leases.len(), 4);
        for lease in leases {
            assert_eq!(bench.finish(&lease).await, lease.lane.as_str());
        }
    }

    async fn an_idle_lane_is_removed_when_it_was_made_over_an_hour_ago(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "x")).await;
        bench.run_everything().await;
        bench.time.advance(Duration::from_hours(1));
        assert_eq!(bench.care().await.lanes, 0);
        bench.time.advance(MILLI);
        assert_eq!(bench.care().await.lanes, 1);
        assert_eq!(bench.queue.stats().await.expect("counted").lanes.idle, 0);
    }

    /// A worker that had it before must neither pass its fence nor release it.
    async fn a_lane_that_comes_back_is_numbered_higher_than_it_ever_was(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for _ in 0..5 {
            bench.enqueue(job("a", Order::Arrival, "x")).await;
        }
        let old = bench.claim_one("w1").await;
        for _ in 0..5 {
            bench.finish(&old).await;
        }
        let (old_generation, head) = bench.nothing(&old).await;
        assert_eq!(bench.queue.release(&old, old_generation, head).await.expect("asked"), Release::Released);
        bench.time.advance(Duration::from_hours(1) + MILLI);
        assert_eq!(bench.care().await.lanes, 1);

        bench.enqueue(job("a", Order::Arrival, "y")).await;
        let new = bench.claim_one("w1").await;
        assert!(new.epoch > old.epoch);
        assert!(!bench.queue.renew(&old, LEASE).await.expect("asked"));
        assert_eq!(bench.queue.release(&old, old_generation, head).await.expect("asked"), Release::Changed);
        assert_eq!(bench.finish(&new).await, "y");
        assert!(bench.nothing(&new).await.0 > old_generation);
    }

    async fn each_step_is_bounded(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for n in 0..5 {
            bench.enqueue(job(&format!("lane {n}"), Order::At(1), "x")).await;
            bench.enqueue(job(&format!("lane {n}"), Order::At(2), "y")).await;
        }
        for lease in bench.claim("w1").await {
            bench.bury(&lease, "cannot be done").await;
            bench.finish(&lease).await;
            assert_eq!(bench.release(&lease).await, Release::Released);
        }
        bench.time.advance(days(30) + MILLI);
        let mut steps = Vec::new();
        loop {
            let cared = bench.queue.care(2).await.expect("cared");
            if cared.is_nothing() {
                break;
            }
            steps.push((cared.done_jobs, cared.payloads, cared.lanes));
        }
        assert_eq!(steps, [(2, 2, 2), (2, 2, 2), (1, 1, 1)]);
    }

    async fn only_holds_that_are_over_are_removed(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.hold(&scope("team:T1"), Duration::from_secs(1), "short").await;
        bench.hold(&scope("team:T2"), Duration::from_secs(2), "long").await;
        bench.time.advance(Duration::from_secs(1));
        assert_eq!(bench.care().await.holds, 1);
        assert_eq!(bench.queue.holds().await.expect("read").len(), 1);
    }

    /// The step chose the job while it was still dead.
    async fn a_job_that_is_revived_meanwhile_keeps_its_payload(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "x")).await;
        let lease = bench.claim_one("w1").await;
        let dead = bench.bury(&lease, "cannot be done").await;
        assert_eq!(bench.release(&lease).await, Release::Released);
        // Old enough to be removed altogether.
        bench.time.advance(days(91));
        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.revive(&mut tx, &dead.id).await.expect("asked").expect("revived");
        let queue = bench.queue.clone();
        let mut caring = tokio::spawn(async move { queue.care(10).await.expect("cared") });
        // Time enough to choose the job and to wait for its lock; SQLite waits before it chooses.
        let early = tokio::time::timeout(Duration::from_millis(300), &mut caring).await;
        tx.commit().await.expect("committed");
        if early.is_err() {
            caring.await.expect("no panic");
        }
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "x");
    }

    /// Each lane is idle, old and about to be removed when the next job comes.
    async fn enqueueing_while_idle_lanes_are_removed_loses_nothing(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let lanes = ["a", "b", "c"];
        let mut done = 0;
        let mut removed = 0;
        let rounds = if bench.db.engine() == Engine::Sqlite { 10 } else { 30 };
        for round in 0..rounds {
            for lane in lanes {
                bench.enqueue(job(lane, Order::Arrival, "before")).await;
            }
            bench.run_everything().await;
            done += lanes.len();
            bench.time.advance(Duration::from_hours(1) + MILLI);
            let enqueuers = lanes.map(|lane| {
                let (db, queue, clock) = (bench.db.clone(), bench.queue.clone(), Clock::system());
                tokio::spawn(async move {
                    shared::db::retry_contention(&clock, &Rng::system(), || async {
                        let mut tx = db.begin().await?;
                        queue.enqueue_one(&mut tx, &job(lane, Order::Arrival, &format!("{round}"))).await?;
                        tx.commit().await
                    })
                    .await
                    .expect("enqueued");
                })
            });
            let queue = bench.queue.clone();
            let caring = tokio::spawn(async move {
                shared::db::retry_contention(&Clock::system(), &Rng::system(), || queue.care(10)).await.expect("cared")
            });
            for enqueued in enqueuers {
                enqueued.await.expect("no panic");
            }
            removed += caring.await.expect("no panic").lanes;
            let leases = bench.claim("w1").await;
            assert_eq!(names(&leases), lanes, "round {round}: each lane is due");
            for lease in leases {
                assert_eq!(bench.finish(&lease).await, round.to_string());
                assert_eq!(bench.release(&lease).await, Release::Released);
            }
            done += lanes.len();
        }
        let jobs = bench.queue.stats().await.expect("counted").jobs;
        assert_eq!(jobs.iter().map(|count| (count.state.as_str(), count.jobs)).collect::<Vec<_>>(), [("done", i64::try_from(done).expect("few"))]);
        assert!(removed <= 3 * rounds, "{removed}");
    }
}

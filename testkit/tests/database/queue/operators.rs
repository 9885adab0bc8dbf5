//! What operators see and do.

use std::time::Duration;

use shared::ids::JobId;
use shared::queue::{Job, KindCount, NewJob, NotReplayed, Order, Release};
use shared::rng::Rng;
use testkit::on_each_database;

use super::{Bench, job};

impl Bench {
    /// A job that died a moment ago, alone in its lane.
    async fn dead(&self, lane: &str, kind: &'static str, key: i64) -> Job {
        self.enqueue(NewJob { kind, ..job(lane, Order::At(key), "x") }).await;
        let lease = self.claim_one("w1").await;
        let dead = self.bury(&lease, "cannot be done").await;
        assert_eq!(self.release(&lease).await, Release::Released);
        self.time.advance(Duration::from_secs(1));
        dead
    }

    async fn revive(&self, id: &JobId) -> Result<(), NotReplayed> {
        let mut tx = self.db.begin().await.expect("begun");
        let revived = self.queue.revive(&mut tx, id).await.expect("asked");
        tx.commit().await.expect("committed");
        revived
    }

    async fn discard(&self, id: &JobId) -> bool {
        let mut tx = self.db.begin().await.expect("begun");
        let discarded = self.queue.discard(&mut tx, id).await.expect("asked");
        tx.commit().await.expect("committed");
        discarded
    }
}

on_each_database! {
    async fn dead_jobs_are_listed_those_that_died_last_first(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let first = bench.dead("a", "copy", 1).await.id;
        let second = bench.dead("b", "route", 1).await.id;
        let third = bench.dead("a", "copy", 2).await.id;
        bench.enqueue(job("a", Order::At(3), "alive")).await;
        let listed = async |kind: Option<&str>, limit| -> Vec<JobId> {
            let rows = bench.queue.dead_jobs(kind, limit).await.expect("read");
            rows.into_iter().map(|row| row.id).collect()
        };
        assert_eq!(listed(None, 10).await, [third.clone(), second.clone(), first.clone()]);
        assert_eq!(listed(None, 2).await, [third.clone(), second]);
        assert_eq!(listed(Some("copy"), 10).await, [third, first]);
        assert_eq!(listed(Some("cop"), 10).await, []);
        let row = &bench.queue.dead_jobs(None, 1).await.expect("read")[0];
        assert_eq!((row.lane.as_str(), row.kind.as_str(), row.attempts), ("a", "copy", 1));
        assert_eq!(row.last_error.as_deref(), Some("cannot be done"));
    }

    async fn a_revived_job_takes_its_old_place_as_if_it_had_never_been_tried(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let dead = bench.dead("a", "test", 1).await.id;
        bench.enqueue(job("a", Order::At(2), "behind")).await;
        bench.enqueue(job("a", Order::At(0), "before")).await;
        assert_eq!(bench.revive(&dead).await, Ok(()));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "before");
        let revived = bench.due(&lease).await;
        assert_eq!((&revived.id, revived.attempts, revived.crashes, revived.failing_since), (&dead, 0, 0, None));
        assert_eq!(revived.created_at, bench.now());
        assert_eq!(bench.finish(&lease).await, "x");
        assert_eq!(bench.finish(&lease).await, "behind");
        assert_eq!(bench.release(&lease).await, Release::Released);
    }

    async fn only_a_dead_job_whose_payload_is_known_is_revived(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let dead = bench.dead("a", "test", 1).await.id;
        assert_eq!(bench.revive(&dead).await, Ok(()));
        assert_eq!(bench.revive(&dead).await, Err(NotReplayed::NotDead), "it is to be run already");
        let lease = bench.claim_one("w1").await;
        bench.finish(&lease).await;
        assert_eq!(bench.revive(&dead).await, Err(NotReplayed::NotDead), "it is done");
        assert_eq!(bench.release(&lease).await, Release::Released);

        let unknown = JobId::generate(&bench.time.clock(), &Rng::seeded(9));
        assert_eq!(bench.revive(&unknown).await, Err(NotReplayed::Unknown));

        let forgotten = bench.dead("a", "test", 2).await.id;
        bench.time.advance(Duration::from_hours(31 * 24));
        bench.queue.care(10).await.expect("cared");
        assert_eq!(bench.revive(&forgotten).await, Err(NotReplayed::Forgotten));
        assert!(bench.claim("w1").await.is_empty(), "nobody was woken");
    }

    async fn a_job_is_revived_even_if_its_lane_is_gone(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let dead = bench.dead("a", "test", 1).await.id;
        bench.time.advance(Duration::from_hours(2));
        assert_eq!(bench.queue.care(10).await.expect("cared").lanes, 1);
        assert_eq!(bench.revive(&dead).await, Ok(()));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "x");
    }

    async fn a_job_revived_ahead_of_what_its_lane_sleeps_for_runs_at_once(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let dead = bench.dead("a", "test", 1).await.id;
        bench.enqueue(job("a", Order::At(2), "waits")).await;
        let lease = bench.claim_one("w1").await;
        bench.snooze(&lease, Duration::from_hours(1)).await;
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert_eq!(bench.revive(&dead).await, Ok(()));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "x");
        assert_eq!(bench.release(&lease).await, Release::Released);
        bench.time.advance(Duration::from_hours(1));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "waits");
    }

    async fn only_a_dead_job_can_be_discarded(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let dead = bench.dead("a", "test", 1).await.id;
        bench.enqueue(job("a", Order::At(1), "alive")).await;
        let lease = bench.claim_one("w1").await;
        let alive = bench.due(&lease).await.id;
        assert!(!bench.discard(&alive).await);
        bench.finish(&lease).await;
        assert!(!bench.discard(&alive).await, "a done job's key is still needed");
        assert!(bench.discard(&dead).await);
        assert!(!bench.discard(&dead).await);
        assert_eq!(bench.revive(&dead).await, Err(NotReplayed::Unknown));
    }

    async fn the_queue_is_counted_by_what_lanes_and_jobs_do(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.dead("dies", "copy", 1).await;
        for lane in ["idle", "leased", "sleeps", "waits"] {
            bench.enqueue(job(lane, Order::At(1), "x")).await;
        }
        for lease in bench.claim("w1").await {
            match lease.lane.as_str() {
                "idle" => _ = bench.finish(&lease).await,
                "sleeps" => bench.snooze(&lease, Duration::from_mins(1)).await,
                "waits" => bench.queue.yield_lane(&lease).await.expect("given back"),
                _ => continue,
            }
            if lease.lane.as_str() != "waits" {
                assert_eq!(bench.release(&lease).await, Release::Released);
            }
        }
        bench.time.advance(Duration::from_millis(1_500));
        let stats = bench.queue.stats().await.expect("counted");
        let lanes = &stats.lanes;
        assert_eq!((lanes.due, lanes.asleep, lanes.leased, lanes.idle), (1, 1, 1, 2));
        let count = |kind: &str, state: &str, jobs| KindCount { kind: kind.to_owned(), state: state.to_owned(), jobs };
        assert_eq!(stats.jobs, [count("copy", "dead", 1), count("test", "done", 1), count("test", "pending", 3)]);
        assert_eq!(stats.backlog.oldest_millis, 1_500);
    }
}

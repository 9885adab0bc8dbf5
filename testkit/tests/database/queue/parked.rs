//! Jobs that wait beside their lane for something else.

use std::time::Duration;

use shared::queue::{NewJob, Order, Release};
use testkit::on_each_database;

use super::{Bench, job, names};

/// Longer than any lease.
const WAITS: i64 = 600_000;

on_each_database! {
    async fn a_parked_job_stands_in_nobodys_way(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "waits")).await;
        bench.enqueue(job("a", Order::At(2), "next")).await;
        let lease = bench.claim_one("w1").await;
        let parked = bench.park(&lease, "root", bench.now() + WAITS).await;
        assert_eq!(bench.finish(&lease).await, "next");
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert!(bench.claim("w1").await.is_empty());
        let row = bench.queue.job(&parked.id).await.expect("read").expect("there");
        assert_eq!((row.state.as_str(), row.wait_key.as_deref(), row.attempts), ("parked", Some("root"), 0));
    }

    async fn a_job_may_wait_from_the_beginning_and_is_enqueued_once(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let key = |name: &str| Some(name.to_owned());
        let until = bench.now() + WAITS;
        for (order, payload, dedup) in [(2, "second", "b"), (1, "first", "a"), (1, "again", "a")] {
            let job = NewJob { dedup_key: key(dedup), ..job("a", Order::At(order), payload) };
            let mut tx = bench.queue.db().begin().await.expect("begun");
            bench.queue.enqueue_parked(&mut tx, &job, "all", until).await.expect("stored");
            tx.commit().await.expect("committed");
        }
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert!(bench.claim("w1").await.is_empty(), "the lane sleeps until its time is over");
        assert_eq!(bench.unpark("all").await, 2);
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "first");
        assert_eq!(bench.finish(&lease).await, "second");
        assert_eq!(bench.release(&lease).await, Release::Released);
    }

    async fn a_released_job_takes_its_place_in_the_order_again(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for (key, payload) in [(1, "first"), (2, "second"), (3, "third")] {
            bench.enqueue(job("a", Order::At(key), payload)).await;
        }
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "first");
        bench.park(&lease, "root", bench.now() + WAITS).await;
        bench.enqueue(job("a", Order::At(0), "early")).await;
        // The lane is leased: its owner learns of it.
        let (generation, head) = {
            assert_eq!(bench.finish(&lease).await, "early");
            assert_eq!(bench.finish(&lease).await, "third");
            bench.nothing(&lease).await
        };
        bench.enqueue(job("a", Order::At(4), "fourth")).await;
        assert_eq!(bench.unpark("root").await, 1);
        assert_eq!(bench.queue.release(&lease, generation, head).await.expect("asked"), Release::Changed);
        assert_eq!(bench.finish(&lease).await, "second");
        assert_eq!(bench.finish(&lease).await, "fourth");
        assert_eq!(bench.release(&lease).await, Release::Released);
    }

    async fn releasing_a_job_wakes_its_lane_whatever_the_lane_sleeps_for(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        // Asleep for the parked job alone.
        bench.enqueue(job("a", Order::At(1), "waits")).await;
        let lease = bench.claim_one("w1").await;
        bench.park(&lease, "root", bench.now() + WAITS).await;
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert_eq!(bench.unpark("root").await, 1);
        let lease = bench.claim_one("w1").await;
        bench.park(&lease, "root", bench.now() + WAITS).await;
        // Asleep for one that comes behind it.
        bench.enqueue(job("a", Order::At(2), "behind")).await;
        bench.snooze(&lease, Duration::from_mins(5)).await;
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert!(bench.claim("w1").await.is_empty());
        assert_eq!(bench.unpark("root").await, 1);
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "waits");
        assert_eq!(bench.release(&lease).await, Release::Released);
        // Behind one that has to wait itself, it waits as well.
        bench.time.advance(Duration::from_mins(5));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.due(&lease).await.payload.as_deref(), Some("behind"));
        bench.park(&lease, "root", bench.now() + WAITS).await;
        bench.enqueue(job("a", Order::At(1), "ahead")).await;
        bench.snooze(&lease, Duration::from_mins(1)).await;
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert_eq!(bench.unpark("root").await, 1);
        assert!(bench.claim("w1").await.is_empty());
        bench.time.advance(Duration::from_mins(1));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "ahead");
        assert_eq!(bench.finish(&lease).await, "behind");
    }

    async fn a_job_that_waited_in_vain_runs_when_its_time_is_over(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "waits")).await;
        let lease = bench.claim_one("w1").await;
        bench.park(&lease, "root", bench.now() + WAITS).await;
        assert_eq!(bench.release(&lease).await, Release::Released);
        bench.time.advance(Duration::from_millis(WAITS.unsigned_abs() - 1));
        assert!(bench.claim("w1").await.is_empty());
        bench.time.advance(Duration::from_millis(1));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "waits");
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert_eq!(bench.unpark("root").await, 0, "it waits no longer");
        assert!(bench.claim("w1").await.is_empty());
    }

    async fn what_arrives_releases_jobs_of_several_lanes_and_of_its_key_alone(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for (lane, key) in [("b", "root"), ("a", "root"), ("c", "other"), ("d", "root ")] {
            bench.enqueue(job(lane, Order::At(1), "waits")).await;
            let lease = bench.claim_one("w1").await;
            bench.park(&lease, key, bench.now() + WAITS).await;
            assert_eq!(bench.release(&lease).await, Release::Released);
        }
        assert_eq!(bench.unpark("root").await, 2);
        let leases = bench.claim("w1").await;
        assert_eq!(names(&leases), ["a", "b"]);
        for lease in &leases {
            assert_eq!(bench.finish(lease).await, "waits");
        }
    }

    async fn nobody_is_woken_by_a_transaction_that_is_rolled_back(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "waits")).await;
        let lease = bench.claim_one("w1").await;
        bench.park(&lease, "root", bench.now() + WAITS).await;
        assert_eq!(bench.release(&lease).await, Release::Released);
        let mut tx = bench.db.begin().await.expect("begun");
        assert_eq!(bench.queue.unpark(&mut tx, "root").await.expect("unparked"), 1);
        tx.rollback().await.expect("rolled back");
        assert!(bench.claim("w1").await.is_empty());
        assert_eq!(bench.unpark("root").await, 1);
    }
}

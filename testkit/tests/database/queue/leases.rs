//! Who has a lane, and for how long.

use std::time::Duration;

use shared::queue::{Look, NewJob, Order, Priority, QueueError, Release};
use testkit::on_each_database;

use super::{Bench, LEASE, job};

on_each_database! {
    async fn a_leased_lane_is_nobody_elses_until_the_lease_ends(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::Arrival, "x")).await;
        let first = bench.claim_one("w1").await;
        assert!(!first.taken_over);
        assert!(bench.claim("w2").await.is_empty());
        bench.time.advance(Duration::from_millis(LEASE.unsigned_abs() - 1));
        assert!(bench.claim("w2").await.is_empty());
        assert!(bench.queue.renew(&first, LEASE).await.expect("asked"));
        bench.time.advance(Duration::from_millis(LEASE.unsigned_abs() - 1));
        assert!(bench.claim("w2").await.is_empty());
        bench.time.advance(Duration::from_millis(1));
        let second = bench.claim_one("w2").await;
        assert!(second.taken_over && second.epoch > first.epoch);
        assert!(!bench.queue.renew(&first, LEASE).await.expect("asked"));
        assert!(matches!(bench.queue.look(&first).await.expect("looked"), Look::Lost));
        assert_eq!(bench.finish(&second).await, "x");
    }

    async fn the_fence_keeps_a_worker_that_lost_its_lane_from_writing(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::Arrival, "x")).await;
        let lost = bench.claim_one("w1").await;
        let held = bench.due(&lost).await;
        bench.time.advance(Duration::from_millis(LEASE.unsigned_abs()));
        let lease = bench.claim_one("w2").await;

        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.done(&mut tx, &held.id).await.expect("done, so far");
        let error = bench.queue.fence(&mut tx, &lost, LEASE).await.expect_err("lost");
        assert!(matches!(error, QueueError::LeaseLost(_)), "{error:?}");
        drop(tx);
        assert_eq!(bench.finish(&lease).await, "x", "the new owner finds the job undone");
    }

    async fn a_lane_goes_idle_only_if_nothing_came_since_the_look(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::Arrival, "x")).await;
        let lease = bench.claim_one("w1").await;
        bench.finish(&lease).await;
        let (generation, head) = bench.nothing(&lease).await;
        bench.enqueue(job("a", Order::Arrival, "y")).await;
        assert_eq!(bench.queue.release(&lease, generation, head).await.expect("asked"), Release::Changed);
        assert_eq!(bench.finish(&lease).await, "y");
        assert_eq!(bench.release(&lease).await, Release::Released);
    }

    async fn lanes_are_claimed_by_priority_and_by_how_long_they_wait(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(NewJob { priority: Priority::Interactive, ..job("view", Order::Arrival, "x") }).await;
        for lane in ["a", "b", "c"] {
            bench.enqueue(job(lane, Order::Arrival, "x")).await;
            bench.time.advance(Duration::from_millis(1));
        }
        let leases = bench.queue.claim("w1", Priority::Normal, 2, LEASE).await.expect("claimed");
        let names: Vec<&str> = leases.iter().map(|lease| lease.lane.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        let [interactive, normal, maintenance] = bench.queue.next_due().await.expect("read");
        assert!(interactive.is_some() && normal.is_some() && maintenance.is_none());
        assert_eq!(bench.queue.backlog().await.expect("read").oldest_millis, 3);
    }

    async fn a_lane_that_is_given_back_goes_on_elsewhere_at_once(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "x")).await;
        bench.enqueue(job("a", Order::At(2), "y")).await;
        let lease = bench.claim_one("w1").await;
        bench.finish(&lease).await;
        bench.queue.yield_lane(&lease).await.expect("given back");
        let lease = bench.claim_one("w2").await;
        assert!(!lease.taken_over);
        assert_eq!(bench.finish(&lease).await, "y");
    }

    async fn two_processes_that_claim_at_once_never_get_the_same_lane(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for lane in 0..40 {
            bench.enqueue(job(&format!("lane {lane}"), Order::Arrival, "x")).await;
        }
        let claims = (0..8).map(|worker| {
            let queue = bench.queue.clone();
            tokio::spawn(async move { queue.claim(&format!("w{worker}"), Priority::Normal, 7, LEASE).await.expect("claimed") })
        });
        let mut lanes = Vec::new();
        for claimed in futures::future::join_all(claims).await {
            lanes.extend(claimed.expect("no panic").into_iter().map(|lease| lease.lane));
        }
        let claimed = lanes.len();
        lanes.sort();
        lanes.dedup();
        assert_eq!((lanes.len(), claimed), (40, 40));
    }

    async fn queue_time_is_the_databases_however_wrong_the_machines_clock_is(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.queue.time().measure(&bench.db).await.expect("measured");
        let truth = shared::clock::Clock::system().epoch_millis();
        assert!((bench.queue.time().now() - truth).abs() < 1_000, "{}", bench.queue.time().offset_millis());
    }
}

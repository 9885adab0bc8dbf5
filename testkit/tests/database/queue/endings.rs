//! What becomes of a job that ran.

use std::time::Duration;

use shared::ids::JobId;
use shared::queue::{Lease, Order, Release};
use shared::sql;
use testkit::on_each_database;

use super::{Bench, LEASE, job};

on_each_database! {
    async fn a_failed_job_holds_its_lane_until_it_is_tried_again(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "x")).await;
        bench.enqueue(job("a", Order::At(2), "y")).await;
        let lease = bench.claim_one("w1").await;
        let failed = bench.due(&lease).await;
        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.retry(&mut tx, &failed, Duration::from_secs(10), "no luck").await.expect("noted");
        bench.queue.fence(&mut tx, &lease, LEASE).await.expect("leased");
        tx.commit().await.expect("committed");
        assert_eq!(bench.release(&lease).await, Release::Released);

        bench.time.advance(Duration::from_secs(9));
        assert!(bench.claim("w1").await.is_empty());
        // One that sorts behind does not wake the lane; one that sorts before does.
        bench.enqueue(job("a", Order::At(3), "z")).await;
        assert!(bench.claim("w1").await.is_empty());
        bench.enqueue(job("a", Order::At(0), "w")).await;
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "w");
        assert_eq!(bench.release(&lease).await, Release::Released);
        bench.time.advance(Duration::from_secs(1));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.due(&lease).await.attempts, 1);
        for payload in ["x", "y", "z"] {
            assert_eq!(bench.finish(&lease).await, payload);
        }
    }

    async fn a_job_that_fails_for_two_minutes_is_set_aside_and_tried_beside_its_lane(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "stubborn")).await;
        bench.enqueue(job("a", Order::At(2), "y")).await;
        let mut lease = bench.claim_one("w1").await;
        let fail = async |lease: &Lease| {
            let job = bench.due(lease).await;
            assert_eq!(job.payload.as_deref(), Some("stubborn"));
            let mut tx = bench.db.begin().await.expect("begun");
            bench.queue.retry(&mut tx, &job, Duration::from_mins(1), "no luck").await.expect("noted");
            tx.commit().await.expect("committed");
        };
        for _ in 0..2 {
            fail(&lease).await;
            assert_eq!(bench.release(&lease).await, Release::Released);
            bench.time.advance(Duration::from_mins(1));
            lease = bench.claim_one("w1").await;
        }
        fail(&lease).await;
        assert_eq!(bench.finish(&lease).await, "y", "the lane goes on");
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert!(bench.claim("w1").await.is_empty());
        bench.time.advance(Duration::from_mins(1));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "stubborn");
    }

    async fn snoozing_spends_no_attempt(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "x")).await;
        let lease = bench.claim_one("w1").await;
        let snoozed = bench.due(&lease).await;
        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.snooze(&mut tx, &snoozed, Duration::from_secs(5), "Slack says wait").await.expect("snoozed");
        tx.commit().await.expect("committed");
        assert_eq!(bench.release(&lease).await, Release::Released);
        bench.time.advance(Duration::from_secs(5));
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.due(&lease).await.attempts, 0);
    }

    async fn a_dead_job_leaves_its_lane_and_keeps_its_payload(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("a", Order::At(1), "x")).await;
        bench.enqueue(job("a", Order::At(2), "y")).await;
        let lease = bench.claim_one("w1").await;
        let doomed = bench.due(&lease).await;
        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.bury(&mut tx, &doomed, "cannot be done").await.expect("buried");
        tx.commit().await.expect("committed");
        assert_eq!(bench.finish(&lease).await, "y");
        let rows: Vec<(JobId, String, Option<String>, Option<String>)> =
            bench.db.read(sql!("SELECT id, state, payload, last_error FROM jobs ORDER BY order_key")).fetch_all().await.expect("read");
        assert_eq!(rows[0], (doomed.id, "dead".to_owned(), Some("x".to_owned()), Some("cannot be done".to_owned())));
        assert_eq!((rows[1].1.as_str(), &rows[1].2), ("done", &None), "a done job forgets what it was given");
    }
}

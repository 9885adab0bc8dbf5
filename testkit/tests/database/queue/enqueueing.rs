//! Storing jobs: order, keys, transactions.

use shared::queue::{Enqueued, NewJob, Order, Release};
use shared::rng::Rng;
use shared::sql;
use testkit::on_each_database;

use super::{Bench, job};

on_each_database! {
    async fn jobs_run_in_the_order_of_their_keys_whenever_they_arrive(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for key in [3, 1, 2] {
            bench.enqueue(job("a", Order::At(key), &key.to_string())).await;
        }
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "1");
        bench.enqueue(job("a", Order::At(-5), "late arrival")).await;
        assert_eq!(bench.finish(&lease).await, "late arrival");
        assert_eq!(bench.finish(&lease).await, "2");
        assert_eq!(bench.finish(&lease).await, "3");
        assert_eq!(bench.release(&lease).await, Release::Released);
        assert!(bench.claim("w1").await.is_empty());
        assert_eq!(bench.queue.next_due().await.expect("read"), [None; 3]);
    }

    async fn without_a_key_jobs_run_in_the_order_of_their_commits(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for payload in ["first", "second", "third"] {
            bench.enqueue(job("a", Order::Arrival, payload)).await;
        }
        let lease = bench.claim_one("w1").await;
        for payload in ["first", "second", "third"] {
            assert_eq!(bench.finish(&lease).await, payload);
        }
    }

    async fn a_key_that_was_seen_is_not_stored_again_not_even_after_the_job_is_done(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for order in [Order::At(1), Order::Arrival] {
            let keyed = || NewJob { dedup_key: Some(format!("evt:{order:?}")), ..job("a", order, "x") };
            assert_eq!(bench.enqueue(keyed()).await, Enqueued::New);
            assert_eq!(bench.enqueue(keyed()).await, Enqueued::Duplicate);
            // Keys are compared exactly: no padding, no case.
            let key = keyed().dedup_key.expect("keyed");
            for other in [format!("{key} "), key.to_lowercase()] {
                assert_eq!(bench.enqueue(NewJob { dedup_key: Some(other), ..keyed() }).await, Enqueued::New);
            }
            let lease = bench.claim_one("w1").await;
            for _ in 0..3 {
                bench.finish(&lease).await;
            }
            assert_eq!(bench.enqueue(keyed()).await, Enqueued::Duplicate);
            assert_eq!(bench.release(&lease).await, Release::Released);
        }
    }

    async fn what_is_enqueued_exists_only_once_its_transaction_commits(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.enqueue(&mut tx, vec![job("a", Order::Arrival, "x"), job("b", Order::At(1), "y")]).await.expect("enqueued");
        tx.rollback().await.expect("rolled back");
        assert!(bench.claim("w1").await.is_empty());
    }

    async fn many_transactions_that_enqueue_into_the_same_lanes_all_get_through(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let writers = (0..8).map(|writer| {
            let (db, queue, clock) = (bench.db.clone(), bench.queue.clone(), shared::clock::Clock::system());
            tokio::spawn(async move {
                for round in 0..10 {
                    shared::db::retry_contention(&clock, &Rng::system(), || async {
                        let mut tx = db.begin().await?;
                        let jobs = ["c", "a", "b"].map(|lane| job(lane, Order::Arrival, &format!("{writer}/{round}")));
                        queue.enqueue(&mut tx, jobs.to_vec()).await?;
                        tx.commit().await
                    })
                    .await
                    .expect("enqueued");
                }
            })
        });
        for written in futures::future::join_all(writers).await {
            written.expect("no panic");
        }
        let keys: Vec<(String, i64)> =
            bench.db.read(sql!("SELECT lane, order_key FROM jobs ORDER BY lane, order_key")).fetch_all().await.expect("read");
        let mut distinct = keys.clone();
        distinct.dedup();
        assert_eq!((distinct.len(), keys.len()), (240, 240), "each job has a place of its own");
    }
}

//! Repeated work that one job does for all.

use std::time::Duration;

use shared::queue::{Enqueued, NewJob, Order, Release};
use testkit::on_each_database;

use super::{Bench, LEASE, job};

/// A job that makes something anew from what stands in the database.
fn refresh(payload: &str) -> NewJob {
    NewJob { coalesce_key: Some("home:U1".to_owned()), ..job("home", Order::Arrival, payload) }
}

on_each_database! {
    async fn while_one_waits_another_of_its_key_is_not_stored(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        assert_eq!(bench.enqueue(refresh("first")).await, Enqueued::New);
        assert_eq!(bench.enqueue(refresh("second")).await, Enqueued::Duplicate);
        let other = NewJob { coalesce_key: Some("home:U10".to_owned()), ..refresh("another's") };
        assert_eq!(bench.enqueue(other).await, Enqueued::New);
        assert_eq!(bench.enqueue(job("home", Order::Arrival, "without a key")).await, Enqueued::New);
        let lease = bench.claim_one("w1").await;
        for payload in ["first", "another's", "without a key"] {
            assert_eq!(bench.finish(&lease).await, payload);
        }
        assert_eq!(bench.release(&lease).await, Release::Released);
    }

    async fn once_it_has_begun_another_is_stored_and_runs_as_well(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(refresh("first")).await;
        let lease = bench.claim_one("w1").await;
        let first = bench.due(&lease).await;
        assert_eq!(bench.enqueue(refresh("second")).await, Enqueued::Duplicate, "claimed is not begun");
        bench.queue.begin(&first).await.expect("begun");
        assert_eq!(bench.enqueue(refresh("third")).await, Enqueued::New);
        assert_eq!(bench.enqueue(refresh("fourth")).await, Enqueued::Duplicate);
        assert_eq!(bench.finish(&lease).await, "first");
        assert_eq!(bench.finish(&lease).await, "third");
        assert_eq!(bench.release(&lease).await, Release::Released);
    }

    async fn one_that_failed_after_it_began_stands_for_no_other(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(refresh("first")).await;
        let lease = bench.claim_one("w1").await;
        let first = bench.due(&lease).await;
        bench.queue.begin(&first).await.expect("begun");
        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.retry(&mut tx, &first, Duration::from_secs(1), "no luck").await.expect("noted");
        bench.queue.fence(&mut tx, &lease, LEASE).await.expect("leased");
        tx.commit().await.expect("committed");
        assert_eq!(bench.enqueue(refresh("second")).await, Enqueued::New);
    }

    async fn one_that_died_or_is_done_unbegun_stands_for_no_other(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(refresh("first")).await;
        let lease = bench.claim_one("w1").await;
        bench.bury(&lease, "cannot be done").await;
        assert_eq!(bench.enqueue(refresh("second")).await, Enqueued::New);
        assert_eq!(bench.finish(&lease).await, "second");
        assert_eq!(bench.enqueue(refresh("third")).await, Enqueued::New);
    }

    async fn a_key_that_may_come_only_once_counts_as_well(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let keyed = |dedup: &str, payload: &str| NewJob { dedup_key: Some(dedup.to_owned()), ..refresh(payload) };
        assert_eq!(bench.enqueue(keyed("evt:1", "first")).await, Enqueued::New);
        let lease = bench.claim_one("w1").await;
        let first = bench.due(&lease).await;
        bench.queue.begin(&first).await.expect("begun");
        assert_eq!(bench.enqueue(keyed("evt:1", "again")).await, Enqueued::Duplicate);
        assert_eq!(bench.enqueue(keyed("evt:2", "second")).await, Enqueued::New);
        // Not stored, so its own key is not taken.
        assert_eq!(bench.enqueue(keyed("evt:3", "third")).await, Enqueued::Duplicate);
        assert_eq!(bench.finish(&lease).await, "first");
        assert_eq!(bench.finish(&lease).await, "second");
        assert_eq!(bench.enqueue(keyed("evt:3", "third")).await, Enqueued::New);
    }

    /// Otherwise the job would begin, read what was before, and nobody would do the rest.
    async fn a_job_begins_only_after_those_it_stands_for_have_committed(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(refresh("first")).await;
        let lease = bench.claim_one("w1").await;
        let first = bench.due(&lease).await;

        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.enqueue_one(&mut tx, &job("b", Order::At(1), "the cause")).await.expect("enqueued");
        let coalesced = bench.queue.enqueue_one(&mut tx, &refresh("second")).await.expect("enqueued");
        assert_eq!(coalesced, Enqueued::Duplicate);
        let queue = bench.queue.clone();
        let mut beginning = tokio::spawn(async move {
            queue.begin(&first).await.expect("begun");
            queue.stats().await.expect("counted").jobs
        });
        // Time enough for one that does not wait; one that waits is not hurried by it.
        let early = tokio::time::timeout(Duration::from_millis(300), &mut beginning).await;
        assert!(early.is_err(), "began before the commit");
        tx.commit().await.expect("committed");
        let seen = beginning.await.expect("no panic");
        assert_eq!(seen.iter().map(|count| count.jobs).sum::<i64>(), 2, "it sees the cause");
    }
}

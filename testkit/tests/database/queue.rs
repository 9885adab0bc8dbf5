//! The queue's statements, one rule each, on each database, with a clock that stands still.

use std::time::Duration;

use chrono::DateTime;
use shared::clock::ManualClock;
use shared::db::Db;
use shared::ids::JobId;
use shared::queue::{
    Enqueued, Job, Lane, Lease, Look, NewJob, Order, Priority, Queue, QueueError, Release,
};
use shared::rng::Rng;
use shared::sql;
use testkit::{TestDatabase, on_each_database};

const LEASE: i64 = 15_000;

struct Bench {
    db: Db,
    queue: Queue,
    time: ManualClock,
}

impl Bench {
    async fn new(database: &TestDatabase) -> Self {
        let db = database.open().await;
        let time = ManualClock::at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
        let queue = Queue::new(db.clone(), time.clock(), Rng::seeded(1));
        Self { db, queue, time }
    }

    async fn enqueue(&self, job: NewJob) -> Enqueued {
        let mut tx = self.db.begin().await.expect("begun");
        let enqueued = self.queue.enqueue_one(&mut tx, &job).await.expect("enqueued");
        tx.commit().await.expect("committed");
        enqueued
    }

    async fn claim(&self, owner: &str) -> Vec<Lease> {
        self.queue.claim(owner, Priority::Normal, 10, LEASE).await.expect("claimed")
    }

    async fn claim_one(&self, owner: &str) -> Lease {
        let mut leases = self.claim(owner).await;
        assert_eq!(leases.len(), 1, "{leases:?}");
        leases.remove(0)
    }

    async fn due(&self, lease: &Lease) -> Job {
        match self.queue.look(lease).await.expect("looked") {
            Look::Due(job) => *job,
            other => panic!("nothing is due: {other:?}"),
        }
    }

    async fn nothing(&self, lease: &Lease) -> (i64, Option<(i64, i64)>) {
        match self.queue.look(lease).await.expect("looked") {
            Look::Nothing { generation, head } => (generation, head),
            other => panic!("something is there: {other:?}"),
        }
    }

    /// Ends the due job, as a handler does: in one fenced transaction.
    async fn finish(&self, lease: &Lease) -> String {
        let job = self.due(lease).await;
        let mut tx = self.db.begin().await.expect("begun");
        self.queue.done(&mut tx, &job.id).await.expect("done");
        self.queue.fence(&mut tx, lease, LEASE).await.expect("still leased");
        tx.commit().await.expect("committed");
        job.payload.expect("a payload")
    }

    async fn release(&self, lease: &Lease) -> Release {
        let (generation, head) = self.nothing(lease).await;
        self.queue.release(lease, generation, head).await.expect("released or not")
    }
}

fn job(lane: &str, order: Order, payload: &str) -> NewJob {
    NewJob {
        lane: Lane::named(lane),
        order,
        priority: Priority::Normal,
        kind: "test",
        payload: payload.to_owned(),
        dedup_key: None,
        coalesce_key: None,
    }
}

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

    async fn queue_time_is_the_databases_however_wrong_the_machines_clock_is(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.queue.time().measure(&bench.db).await.expect("measured");
        let truth = shared::clock::Clock::system().epoch_millis();
        assert!((bench.queue.time().now() - truth).abs() < 1_000, "{}", bench.queue.time().offset_millis());
    }
}

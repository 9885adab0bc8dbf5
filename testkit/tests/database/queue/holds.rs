//! What a hold stops, for how long, and what goes on.

use std::time::Duration;

use shared::queue::{Order, Priority, Release};
use testkit::{Engine, on_each_database};

use super::{Bench, LEASE, job, names, scope};

const HOUR: Duration = Duration::from_hours(1);

on_each_database! {
    async fn a_held_lane_sleeps_until_the_hold_ends_whatever_is_enqueued(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.hold(&scope("team:T1"), HOUR, "asked to wait").await;
        bench.enqueue(job("dst:T1:C1", Order::At(2), "second")).await;
        assert!(bench.claim("w1").await.is_empty());
        bench.enqueue(job("dst:T1:C1", Order::At(1), "first")).await;
        bench.enqueue(job("dst:T1:C1", Order::Arrival, "third")).await;
        bench.time.advance(HOUR.saturating_sub(Duration::from_millis(1)));
        assert!(bench.claim("w1").await.is_empty());
        bench.time.advance(Duration::from_millis(1));
        let lease = bench.claim_one("w1").await;
        assert!(!lease.taken_over, "nobody had it meanwhile");
        for payload in ["first", "second", "third"] {
            assert_eq!(bench.finish(&lease).await, payload);
        }
        assert_eq!(bench.release(&lease).await, Release::Released);
    }

    async fn a_held_lane_is_no_reason_to_look_before_the_hold_ends(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.hold(&scope("channel:T1:C1"), HOUR, "asked to wait").await;
        bench.enqueue(job("dst:T1:C1", Order::At(1), "x")).await;
        assert_eq!(bench.queue.next_due().await.expect("read")[1], Some(bench.now()), "nobody looked yet");
        let ends = bench.now() + 3_600_000;
        assert!(bench.claim("w1").await.is_empty());
        bench.time.advance(Duration::from_mins(1));
        bench.enqueue(job("dst:T1:C1", Order::At(0), "y")).await;
        assert_eq!(bench.queue.next_due().await.expect("read"), [None, Some(ends), None]);
    }

    async fn hundreds_of_held_lanes_do_not_hide_one_that_is_free(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.hold(&scope("team:T1"), HOUR, "asked to wait").await;
        let held = (0..300).map(|n| job(&format!("dst:T1:C{n}"), Order::At(1), "held")).collect();
        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.enqueue(&mut tx, held).await.expect("enqueued");
        tx.commit().await.expect("committed");
        bench.time.advance(Duration::from_millis(1));
        bench.enqueue(job("dst:T2:C1", Order::At(1), "free")).await;
        let leases = bench.queue.claim("w1", Priority::Normal, 1, LEASE).await.expect("claimed");
        assert_eq!(names(&leases), ["dst:T2:C1"]);
        let lanes = bench.queue.stats().await.expect("counted").lanes;
        assert_eq!((lanes.asleep, lanes.leased, lanes.due), (300, 1, 0));
    }

    async fn a_hold_stops_what_its_scope_names_and_nothing_else(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for (held, stopped) in [
            ("team:T1", &["dst:T1:C1", "dst:T1:C10", "file:T1:C1:f", "fx:T1:C1:x"][..]),
            ("channel:T1:C1", &["dst:T1:C1", "file:T1:C1:f", "fx:T1:C1:x"]),
            ("method:T1:chat.postMessage", &["dst:T1:C1", "dst:T1:C10"]),
            ("peer:abc", &["peer:abc:C1"]),
        ] {
            let lanes = ["dst:T1:C1", "dst:T1:C10", "dst:T10:C1", "file:T1:C1:f", "fx:T1:C1:x", "peer:abc:C1", "src:T1:C1"];
            for lane in lanes {
                bench.enqueue(job(lane, Order::Arrival, "x")).await;
            }
            bench.hold(&scope(held), HOUR, "asked to wait").await;
            let free = bench.claim("w1").await;
            let mut expected: Vec<&str> = lanes.into_iter().filter(|lane| !stopped.contains(lane)).collect();
            expected.sort_unstable();
            assert_eq!(names(&free), expected, "{held}");

            assert!(bench.release_hold(&scope(held)).await);
            let woken = bench.claim("w2").await;
            assert_eq!(names(&woken), stopped, "{held}");
            for lease in free.iter().chain(&woken) {
                bench.finish(lease).await;
                assert_eq!(bench.release(lease).await, Release::Released);
            }
        }
    }

    async fn ending_a_hold_wakes_exactly_the_lanes_of_its_scope(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let asleep = ["dst:T1", "dst:T1:C1", "dst:T1:C10", "dst:T10:C1", "fx:T1:C1:x", "peer:abc:C1", "src:T1:C1"];
        for (ended, woken) in [
            ("team:T1", &["dst:T1", "dst:T1:C1", "dst:T1:C10", "fx:T1:C1:x"][..]),
            ("team:T10", &["dst:T10:C1"]),
            ("channel:T1:C1", &["dst:T1:C1", "fx:T1:C1:x"]),
            ("method:T1:chat.postMessage", &["dst:T1", "dst:T1:C1", "dst:T1:C10"]),
            ("method:T1:users.info", &[]),
            ("peer:abc", &["peer:abc:C1"]),
        ] {
            for lane in asleep {
                bench.enqueue(job(lane, Order::Arrival, "x")).await;
            }
            for lease in bench.claim("w1").await {
                bench.snooze(&lease, HOUR).await;
                assert_eq!(bench.release(&lease).await, Release::Released);
            }
            bench.hold(&scope(ended), HOUR, "asked to wait").await;
            assert!(bench.release_hold(&scope(ended)).await);
            let leases = bench.claim("w1").await;
            assert_eq!(names(&leases), woken, "{ended}");
            for lease in leases {
                bench.nothing(&lease).await;
                assert_eq!(bench.release(&lease).await, Release::Released);
            }
            bench.time.advance(HOUR);
            for lease in bench.claim("w1").await {
                bench.finish(&lease).await;
                assert_eq!(bench.release(&lease).await, Release::Released);
            }
        }
        assert!(!bench.release_hold(&scope("team:T1")).await, "there is none any more");
    }

    async fn ending_a_hold_leaves_leased_and_idle_lanes_alone(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        for lane in ["dst:T1:C1", "dst:T1:C2"] {
            bench.enqueue(job(lane, Order::Arrival, "x")).await;
        }
        let leases = bench.claim("w1").await;
        bench.finish(&leases[0]).await;
        assert_eq!(bench.release(&leases[0]).await, Release::Released);
        bench.hold(&scope("team:T1"), HOUR, "asked to wait").await;
        assert!(bench.release_hold(&scope("team:T1")).await);
        assert!(bench.claim("w2").await.is_empty());
        assert_eq!(bench.finish(&leases[1]).await, "x");
    }

    /// The claim must not put a lane to sleep for a hold that is being ended: nobody would wake it.
    async fn a_claim_while_a_hold_is_being_ended_puts_nothing_to_sleep(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.hold(&scope("team:T1"), HOUR, "asked to wait").await;
        bench.enqueue(job("dst:T1:C1", Order::At(1), "x")).await;
        let mut tx = bench.db.begin().await.expect("begun");
        assert!(bench.queue.release_hold(&mut tx, &scope("team:T1")).await.expect("released"));
        // SQLite lets nobody write meanwhile.
        if bench.db.engine() != Engine::Sqlite {
            assert!(bench.claim("w1").await.is_empty());
        }
        tx.commit().await.expect("committed");
        let lease = bench.claim_one("w1").await;
        assert_eq!(bench.finish(&lease).await, "x");
    }

    async fn the_longer_of_two_holds_wins(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let team = scope("team:T1");
        let began = bench.now();
        let held = async || {
            let holds = bench.queue.holds().await.expect("read");
            holds.into_iter().map(|hold| (hold.scope, hold.until_at - began, hold.reason)).collect::<Vec<_>>()
        };
        bench.hold(&team, Duration::from_secs(10), "first").await;
        bench.hold(&team, Duration::from_secs(5), "shorter").await;
        assert_eq!(held().await, [("team:T1".to_owned(), 10_000, "first".to_owned())]);
        bench.hold(&team, Duration::from_secs(20), "longer").await;
        bench.hold(&scope("peer:abc"), Duration::from_secs(1), "another").await;
        assert_eq!(held().await, [
            ("peer:abc".to_owned(), 1_000, "another".to_owned()),
            ("team:T1".to_owned(), 20_000, "longer".to_owned()),
        ]);
        bench.time.advance(Duration::from_secs(20));
        assert!(held().await.is_empty());
        // One that is over is no longer longer.
        bench.hold(&team, Duration::from_secs(1), "again").await;
        assert_eq!(held().await, [("team:T1".to_owned(), 21_000, "again".to_owned())]);
    }

    async fn a_lane_that_several_holds_stop_waits_for_the_last_of_them(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        bench.enqueue(job("dst:T1:C1", Order::At(1), "x")).await;
        bench.hold(&scope("channel:T1:C1"), HOUR, "asked to wait").await;
        bench.hold(&scope("team:T1"), HOUR * 2, "removed").await;
        assert!(bench.claim("w1").await.is_empty());
        assert_eq!(bench.queue.next_due().await.expect("read")[1], Some(bench.now() + 7_200_000));
        assert!(bench.release_hold(&scope("team:T1")).await);
        assert!(bench.claim("w1").await.is_empty(), "its channel is still held");
        assert_eq!(bench.queue.next_due().await.expect("read")[1], Some(bench.now() + 3_600_000));
    }

    async fn a_process_knows_of_holds_since_its_last_claim(database: TestDatabase) {
        let bench = Bench::new(&database).await;
        let team = scope("team:T1");
        bench.hold(&team, HOUR, "asked to wait").await;
        assert_eq!(bench.queue.held_until(&team), None, "it has not looked yet");
        bench.claim("w1").await;
        assert_eq!(bench.queue.held_until(&team), Some(bench.now() + 3_600_000));
        assert_eq!(bench.queue.held_until(&scope("team:T10")), None);
        bench.time.advance(HOUR);
        assert_eq!(bench.queue.held_until(&team), None, "it is over");
        bench.hold(&team, HOUR, "asked to wait").await;
        bench.claim("w1").await;
        assert!(bench.release_hold(&team).await);
        bench.claim("w1").await;
        assert_eq!(bench.queue.held_until(&team), None, "an operator ended it");
    }
}

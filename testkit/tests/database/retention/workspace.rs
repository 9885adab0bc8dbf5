//! Workspaces whose time is over, and those whose time is not.

use std::time::Duration;

use shared::ids::InstallAttemptId;
use shared::jobs::install_workspace;
use shared::jobs::retention_sweep::Position;
use shared::sql;
use shared::tables::audit::{self, Filter};
use testkit::{mentions, on_each_database};

use super::{Bench, GONE, MANY, STAYS};

on_each_database! {
    async fn what_a_workspace_had_goes_in_bounded_steps_and_a_sweep_that_ended_anywhere_is_continued(database: TestDatabase) {
        let bench = Bench::new(&database, 31).await;
        bench.people(GONE, MANY).await;
        bench.people(STAYS, 3).await;
        for number in 0..200 {
            let (post, _) = bench.message([GONE, STAYS][number % 2], 20, "sent").await;
            bench.reaction(&post, 20).await;
        }
        let (waiting, _) = bench.message(STAYS, 20, "pending").await;
        let (root, _) = bench.message(GONE, 20, "sent").await;
        bench.answers(&waiting, &root).await;
        for lane in ["dst:T0GONE:C0GONE", "team:T0GONE", "dst:T0STAYS:C0STAYS"] {
            bench.job(lane, "pending", None, Some("x")).await;
        }
        // Whoever sweeps dies after each step, and what comes next begins anew, time and again.
        let mut dead = 0;
        while mentions(&bench.db, GONE).await != ["audit_log.subject"] {
            let mut at = Position::default();
            for _ in 0..dead % 5 + 4 {
                let step = bench.step(&at).await;
                assert!(step.removed <= 500, "{step:?}");
                at = step.next;
            }
            dead += 1;
            assert!(dead < 30, "it gets nowhere");
        }
        assert!(dead > 2, "it was through before anybody died");
        assert_eq!(bench.told().await, 1, "its partner is told once");
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM audit_log WHERE action = 'workspace.purged' AND team_id = 'T0GONE'")).await, 1);
        bench.run().await;
        assert_eq!(mentions(&bench.db, "T0GONE").await, ["audit_log.team_id", "jobs.dedup_key", "jobs.payload"], "besides that a partner is told");
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM posts")).await, 101);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM copies")).await, 0);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM people")).await, 3);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM jobs WHERE lane = 'dst:T0STAYS:C0STAYS'")).await, 1);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM syncs")).await, 0, "nobody is left to be in step with");
        assert!(bench.has(&waiting).await && !bench.knows_what_it_says(&waiting).await, "what was for it alone is not kept");
    }

    async fn whoever_is_about_to_install_it_again_is_not_swept_away(database: TestDatabase) {
        let bench = Bench::new(&database, 31).await;
        let attempt = InstallAttemptId::generate(&bench.time.clock(), &bench.rng);
        let payload = install_workspace::Payload { attempt, team: "T0GONE".parse().expect("an id"), is_second_look: false };
        let mut tx = bench.db.begin().await.expect("begun");
        bench.queue.enqueue(&mut tx, vec![install_workspace::job(&payload, 1)]).await.expect("stored");
        tx.commit().await.expect("committed");
        bench.run().await;
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM workspaces WHERE team_id = 'T0GONE'")).await, 0);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'install_workspace' AND state = 'pending'")).await, 1);
    }

    async fn a_sync_of_three_goes_on_between_two(database: TestDatabase) {
        let bench = Bench::new(&database, 31).await;
        bench.db.write(sql!("INSERT INTO workspaces (id, team_id, name, created_at) VALUES ('01THIRD0000000000000000000', 'T0THIRD', 'x', $1)"))
            .bind(bench.ago(400)).execute_one("workspaces", 3).await.expect("stored");
        bench.sync("01SYNC3000000000000000000A", &[(GONE, "C0G3"), (STAYS, "C0S3"), ("01THIRD0000000000000000000", "C0T3")]).await;
        bench.run().await;
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM sync_channels WHERE status = 'active'")).await, 2);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM sync_channels")).await, 2);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM syncs")).await, 1);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM jobs WHERE kind = 'tell_admins'")).await, 2, "both partners");
    }

    async fn a_workspace_keeps_everything_until_its_time_is_over(database: TestDatabase) {
        let bench = Bench::new(&database, 29).await;
        bench.people(GONE, 5).await;
        let (post, _) = bench.message(GONE, 29, "sent").await;
        bench.run().await;
        assert!(bench.has(&post).await);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM people")).await, 5);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM sync_channels WHERE status = 'active'")).await, 2);
        assert_eq!(bench.told().await, 0);
        bench.time.advance(Duration::from_hours(24));
        bench.run().await;
        assert_eq!(mentions(&bench.db, GONE).await, ["audit_log.subject"]);
    }

    async fn the_log_says_how_long_a_workspace_was_away_and_who_removed_it(database: TestDatabase) {
        let bench = Bench::new(&database, 41).await;
        bench.run().await;
        let noted = audit::latest(&bench.db, &Filter::default(), 9).await.expect("read");
        let [purged] = noted.as_slice() else { panic!("{noted:?}") };
        assert_eq!((purged.actor.as_str(), purged.detail.as_deref()), ("syncbot", Some("41 days after it was uninstalled")));
    }

    async fn a_workspace_that_is_installed_again_between_two_steps_keeps_what_it_has(database: TestDatabase) {
        let bench = Bench::new(&database, 31).await;
        bench.people(GONE, MANY).await;
        let mut at = Position::default();
        while bench.count(sql!("SELECT COUNT(*) FROM people")).await == i64::try_from(MANY).expect("few") {
            at = bench.step(&at).await.next;
        }
        bench.db.write(sql!("UPDATE workspaces SET deleted_at = NULL WHERE team_id = 'T0GONE'"))
            .execute_one("workspaces", GONE).await.expect("installed");
        let left = bench.count(sql!("SELECT COUNT(*) FROM people")).await;
        assert!(left > 0, "it was not in between");
        assert!(matches!(at, Position::Rows { .. }), "{at:?}");
        let step = bench.step(&at).await;
        assert_eq!((step.removed, &step.next), (0, &Position::Workspaces));
        bench.run().await;
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM people")).await, left);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM audit_log")).await, 0);
    }

    async fn two_sweeps_at_once_remove_everything_once(database: TestDatabase) {
        let bench = Bench::new(&database, 31).await;
        bench.people(GONE, MANY).await;
        for _ in 0..100 {
            bench.message(GONE, 20, "sent").await;
            bench.message(STAYS, 400, "sent").await;
        }
        let (first, second) = tokio::join!(bench.run(), bench.run());
        let removed: u64 = first.iter().chain(&second).sum();
        // Posts of both, copies in the one that is gone, people, the shared sync and its channel, the workspace.
        assert_eq!(removed, 100 + 100 + 100 + u64::try_from(MANY).expect("few") + 1 + 1 + 1, "{first:?} {second:?}");
        assert_eq!(bench.told().await, 1);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM audit_log")).await, 1);
        assert_eq!(mentions(&bench.db, GONE).await, ["audit_log.subject"]);
    }

    async fn a_lane_is_taken_by_one_and_left_to_workers_afterwards(database: TestDatabase) {
        let bench = Bench::new(&database, 0).await;
        let lane = shared::queue::Lane::sweep();
        let take = async |owner: &str| bench.queue.take(owner, &lane, 15_000).await.expect("asked");
        let first = take("first").await.expect("it is nobody's");
        assert!(take("second").await.is_none());
        bench.time.advance(Duration::from_secs(15));
        let second = take("second").await.expect("the first gave no sign of life");
        assert!(second.epoch > first.epoch && second.taken_over);
        assert!(!bench.queue.renew(&first, 15_000).await.expect("asked"), "the first has lost it");
        bench.queue.yield_lane(&second).await.expect("given back");
        let leases = bench.queue.claim("worker", shared::queue::Priority::Maintenance, 4, 15_000).await.expect("claimed");
        assert_eq!(leases.len(), 1);
        assert!(take("third").await.is_none(), "a worker has it");
    }
}

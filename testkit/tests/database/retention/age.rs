//! What goes because it is old, and what stays although it is.

use std::time::Duration;

use chrono::TimeDelta;
use shared::db::Statement;
use shared::sql;
use testkit::on_each_database;

use super::{Bench, GONE, STAYS};

on_each_database! {
    async fn messages_are_forgotten_a_year_after_they_were_heard_of_last(database: TestDatabase) {
        let bench = Bench::new(&database, 0).await;
        let (old, _) = bench.message(STAYS, 366, "sent").await;
        let (young, _) = bench.message(STAYS, 364, "sent").await;
        let (open, _) = bench.message(STAYS, 366, "pending").await;
        let (liked, _) = bench.message(STAYS, 366, "sent").await;
        bench.reaction(&liked, 364).await;
        bench.reaction(&old, 366).await;
        let (edited, _) = bench.message(STAYS, 366, "sent").await;
        bench.db.write(sql!("UPDATE posts SET version = $1 WHERE id = $2"))
            .bind(bench.ago(364).timestamp_micros()).bind(&edited).execute_one("posts", &edited).await.expect("stored");
        let (root, _) = bench.message(STAYS, 366, "sent").await;
        let (reply, _) = bench.message(STAYS, 364, "sent").await;
        bench.answers(&reply, &root).await;
        bench.run().await;
        assert!(!bench.has(&old).await);
        for (post, why) in [(&young, "young"), (&open, "not copied yet"), (&liked, "reacted to"), (&edited, "edited"), (&root, "answered"), (&reply, "young")] {
            assert!(bench.has(post).await, "{why}");
        }
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM copies")).await, 6);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM reactions")).await, 1);
    }

    async fn a_line_that_says_who_reacted_stays_as_long_as_the_message_that_it_is_about(database: TestDatabase) {
        let bench = Bench::new(&database, 0).await;
        let (about, _) = bench.message(STAYS, 370, "sent").await;
        let (line, _) = bench.message(STAYS, 370, "sent").await;
        bench.reaction(&about, 1).await;
        bench.db.write(sql!(
            "INSERT INTO reaction_notices (notice_id, post_id, workspace_id, channel_id, from_workspace_id, from_channel_id, user_id, emoji)
             VALUES ($1, $2, $3, 'C0GONE', $4, 'C0STAYS', 'U1', 'tada')"
        ))
        .bind(&line).bind(&about).bind(GONE).bind(STAYS).execute_one("reaction_notices", &line).await.expect("stored");
        bench.run().await;
        assert!(bench.has(&line).await && bench.has(&about).await);
        bench.time.advance(Duration::from_hours(24 * 365));
        bench.db.write(sql!("UPDATE workspaces SET deleted_at = NULL")).execute().await.expect("stored");
        bench.run().await;
        bench.run().await;
        assert!(!bench.has(&line).await && !bench.has(&about).await);
    }

    async fn what_could_not_be_delivered_is_forgotten_when_nobody_can_replay_it(database: TestDatabase) {
        let bench = Bench::new(&database, 0).await;
        let (replayable, copy) = bench.message(STAYS, 50, "dead").await;
        bench.job("dst:T0GONE:C0GONE", "dead", Some(&format!("copy:{copy}")), Some("x")).await;
        let (forgotten, copy) = bench.message(STAYS, 50, "dead").await;
        bench.job("dst:T0GONE:C0GONE", "dead", Some(&format!("copy:{copy}")), None).await;
        let (discarded, _) = bench.message(STAYS, 50, "dead").await;
        let (young, _) = bench.message(STAYS, 44, "dead").await;
        let (open, _) = bench.message(STAYS, 50, "pending").await;
        bench.run().await;
        for (post, is_known) in [(&replayable, true), (&forgotten, false), (&discarded, false), (&young, true), (&open, true)] {
            assert!(bench.has(post).await);
            assert_eq!(bench.knows_what_it_says(post).await, is_known, "{post}");
        }
    }

    async fn an_installation_that_only_began_goes_after_a_day(database: TestDatabase) {
        let bench = Bench::new(&database, 0).await;
        for (id, status, hours) in [
            ("young", "began", 23), ("old", "began", 25), ("older", "began", 24 * 8),
            ("ended", "installed", 24 * 7 - 1), ("forgotten", "failed", 24 * 7 + 1),
        ] {
            let then = bench.time.clock().now() - TimeDelta::hours(hours);
            let stored = bench.db.write(sql!("INSERT INTO install_attempts (id, cookie, state, status, created_at, updated_at) VALUES ($1, 'x', $1, $2, $3, $3)"));
            stored.bind(id).bind(status).bind(then).execute_one("install_attempts", id).await.expect("stored");
        }
        bench.run().await;
        let left = bench.db.read(sql!("SELECT id FROM install_attempts ORDER BY id"));
        let left: Vec<(String,)> = left.fetch_all().await.expect("read");
        assert_eq!(left, [("ended".to_owned(),), ("young".to_owned(),)]);
    }

    async fn what_was_changed_in_a_pause_is_kept_until_it_is_over(database: TestDatabase) {
        let bench = Bench::new(&database, 0).await;
        let (edited, _) = bench.message(STAYS, 60, "dead").await;
        bench.db.write(sql!("INSERT INTO pauses (sync_channel_id, from_micros) SELECT id, 1 FROM sync_channels WHERE channel_id = 'C0GONE'"))
            .execute().await.expect("stored");
        bench.run().await;
        assert!(bench.knows_what_it_says(&edited).await);
        bench.db.write(sql!("UPDATE pauses SET until_micros = $1")).bind(bench.ago(46).timestamp_micros()).execute().await.expect("stored");
        bench.run().await;
        assert!(!bench.knows_what_it_says(&edited).await);
    }

    async fn rows_of_which_only_the_age_counts_go_when_they_are_old_and_no_sooner(database: TestDatabase) {
        let bench = Bench::new(&database, 0).await;
        for days in [6, 8, 13, 15, 29, 31, 44, 46, 364, 366] {
            let (then, text) = (bench.ago(days), days.to_string());
            let (_, copy) = bench.message(STAYS, days.min(360), "sending").await;
            let copy_days = days.min(360);
            let statements: [(&'static Statement, bool); 5] = [
                (sql!("INSERT INTO pauses (sync_channel_id, from_micros, until_micros) SELECT id, $2, $2 FROM sync_channels WHERE channel_id = 'C0STAYS' AND $1 <> ''"), true),
                (sql!("INSERT INTO troubles (scope, seen_at) VALUES ($1, $2)"), false),
                (sql!("INSERT INTO gaps (workspace_id, channel_id, from_micros, until_micros, reason, created_at, finished_at) VALUES ('01STAYS0000000000000000000', $1, 1, 2, 'x', $2, $2)"), true),
                (sql!("INSERT INTO channel_moves (workspace_id, old_channel_id, new_channel_id, moved_at) VALUES ('01STAYS0000000000000000000', $1, 'C0NEW', $2)"), true),
                (sql!("INSERT INTO install_attempts (id, cookie, state, status, created_at, updated_at) VALUES ($1, 'x', $1, 'x', $2, $2)"), true),
            ];
            for (number, (statement, _)) in statements.into_iter().enumerate() {
                let query = bench.db.write(statement).bind(text.as_str());
                let query = match number {
                    0 => query.bind(then.timestamp_micros()),
                    1 => query.bind(then.timestamp_millis()),
                    _ => query.bind(then),
                };
                assert_eq!(query.execute().await.expect("stored"), 1);
            }
            bench.db.write(sql!("INSERT INTO echoes (copy_id, workspace_id, channel_id, user_id) VALUES ($1, $2, 'C0GONE', $3)"))
                .bind(&copy).bind(GONE).bind(format!("U{copy_days}")).execute_one("echoes", &copy).await.expect("stored");
        }
        // One that was not read again yet is no matter of age.
        bench.db.write(sql!("UPDATE gaps SET finished_at = NULL WHERE channel_id = '366'")).execute().await.expect("stored");
        bench.run().await;
        for (statement, left) in [
            (sql!("SELECT COUNT(*) FROM pauses"), 9),
            (sql!("SELECT COUNT(*) FROM troubles"), 3),
            (sql!("SELECT COUNT(*) FROM gaps"), 6),
            (sql!("SELECT COUNT(*) FROM channel_moves"), 9),
            (sql!("SELECT COUNT(*) FROM install_attempts"), 1),
            (sql!("SELECT COUNT(*) FROM echoes"), 7),
        ] {
            assert_eq!(bench.count(statement).await, left, "{}", statement.common_text());
        }
    }
}

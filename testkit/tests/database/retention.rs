//! What a sweep removes and what it leaves, step by step, on a clock that stands still.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::{Clock, ManualClock};
use shared::db::{Db, Statement, retry_contention};
use shared::ids::{CopyId, JobId, PostId};
use shared::jobs::retention_sweep::Position;
use shared::queue::Queue;
use shared::rng::Rng;
use shared::sql;
use testkit::{TestDatabase, mentions, on_each_database};
use worker::retention::{Step, Sweep};

const GONE: &str = "01GONE00000000000000000000";
const STAYS: &str = "01STAYS0000000000000000000";
const RETENTION: u32 = 30;
/// More than one step removes.
const MANY: usize = 1_100;

struct Bench {
    db: Db,
    queue: Queue,
    time: ManualClock,
    rng: Rng,
}

impl Bench {
    /// Two workspaces that share a channel; one of them has been gone for so many days.
    async fn new(database: &TestDatabase, gone_for: i64) -> Self {
        let db = database.open().await;
        let time = ManualClock::at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
        let rng = Rng::seeded(7);
        let queue = Queue::new(db.clone(), time.clock(), rng.clone());
        let bench = Self { db, queue, time, rng };
        for (id, team, name, deleted_at) in
            [(GONE, "T0GONE", "Gone", Some(bench.ago(gone_for))), (STAYS, "T0STAYS", "Stays", None)]
        {
            bench
                .db
                .write(sql!("INSERT INTO workspaces (id, team_id, name, created_at, deleted_at) VALUES ($1, $2, $3, $4, $5)"))
                .bind(id)
                .bind(team)
                .bind(name)
                .bind(bench.ago(400))
                .bind(deleted_at)
                .execute_one("workspaces", id)
                .await
                .expect("stored");
        }
        bench.sync("01SYNC00000000000000000000", &[(GONE, "C0GONE"), (STAYS, "C0STAYS")]).await;
        bench
    }

    fn ago(&self, days: i64) -> DateTime<Utc> {
        self.time.clock().now() - TimeDelta::days(days)
    }

    async fn sync(&self, sync: &str, channels: &[(&str, &str)]) {
        let stored =
            self.db.write(sql!("INSERT INTO syncs (id, title, created_at) VALUES ($1, 'x', $2)"));
        stored.bind(sync).bind(self.ago(400)).execute_one("syncs", sync).await.expect("stored");
        for (workspace, channel) in channels {
            let id = format!("{}{}", &sync[..20], &channel[1..]);
            self.db
                .write(sql!(
                    "INSERT INTO sync_channels (id, sync_id, workspace_id, channel_id, publishes, subscribes, status, created_at)
                     VALUES ($1, $2, $3, $4, TRUE, TRUE, 'active', $5)"
                ))
                .bind(&id[..id.len().min(26)])
                .bind(sync)
                .bind(*workspace)
                .bind(*channel)
                .bind(self.ago(400))
                .execute_one("sync_channels", channel)
                .await
                .expect("stored");
        }
    }

    /// A message that was routed so many days ago, in the workspace, and its copy in the other.
    async fn message(&self, workspace: &str, days: i64, state: &str) -> (PostId, CopyId) {
        let then = ManualClock::at(self.ago(days)).clock();
        let (post, copy) = (PostId::generate(&then, &self.rng), CopyId::generate(&then, &self.rng));
        let (channel, target, there) = if workspace == GONE {
            ("C0GONE", STAYS, "C0STAYS")
        } else {
            ("C0STAYS", GONE, "C0GONE")
        };
        let body = (state != "sent").then_some(r#"{"text":"between us"}"#);
        self.db
            .write(sql!(
                "INSERT INTO posts (id, workspace_id, channel_id, ts, author, body, created_at)
                 VALUES ($1, $2, $3, $4, '{\"kind\":\"unknown\"}', $5, $6)"
            ))
            .bind(&post)
            .bind(workspace)
            .bind(channel)
            .bind(post.to_string())
            .bind(body)
            .bind(then.now())
            .execute_one("posts", &post)
            .await
            .expect("stored");
        self.db
            .write(sql!(
                "INSERT INTO copies (id, post_id, workspace_id, channel_id, part, state, created_at) VALUES ($1, $2, $3, $4, 0, $5, $6)"
            ))
            .bind(&copy)
            .bind(&post)
            .bind(target)
            .bind(there)
            .bind(state)
            .bind(then.now())
            .execute_one("copies", &copy)
            .await
            .expect("stored");
        (post, copy)
    }

    async fn reaction(&self, post: &PostId, days: i64) {
        self.db
            .write(sql!(
                "INSERT INTO reactions (post_id, workspace_id, channel_id, user_id, emoji, is_present, version)
                 VALUES ($1, $2, 'C0STAYS', 'U1', 'tada', TRUE, $3)"
            ))
            .bind(post)
            .bind(STAYS)
            .bind(self.ago(days).timestamp_micros())
            .execute_one("reactions", post)
            .await
            .expect("stored");
    }

    async fn answers(&self, reply: &PostId, root: &PostId) {
        let answers = self.db.write(sql!("UPDATE posts SET root_post_id = $1 WHERE id = $2"));
        answers.bind(root).bind(reply).execute_one("posts", reply).await.expect("stored");
    }

    async fn people(&self, workspace: &str, many: usize) {
        let mut tx = self.db.begin().await.expect("begun");
        for number in 0..many {
            tx.query(sql!(
                "INSERT INTO people (workspace_id, user_id, name, seen_at) VALUES ($1, $2, 'x', $3)"
            ))
            .bind(workspace)
            .bind(format!("U{number}"))
            .bind(self.ago(100))
            .execute_one("people", number)
            .await
            .expect("stored");
        }
        tx.commit().await.expect("committed");
    }

    async fn job(&self, lane: &str, state: &str, dedup_key: Option<&str>, payload: Option<&str>) {
        let id = JobId::generate(&self.time.clock(), &self.rng);
        self.db
            .write(sql!(
                "INSERT INTO jobs (id, lane, order_key, kind, payload, dedup_key, state, attempts, crashes, not_before, created_at)
                 VALUES ($1, $2, 0, 'x', $3, $4, $5, 0, 0, 0, 0)"
            ))
            .bind(&id)
            .bind(lane)
            .bind(payload)
            .bind(dedup_key)
            .bind(state)
            .execute_one("jobs", &id)
            .await
            .expect("stored");
    }

    fn sweep(&self) -> Sweep {
        Sweep::new(self.queue.clone(), self.time.clock(), self.rng.clone(), RETENTION)
    }

    async fn step(&self, at: &Position) -> Step {
        let (sweep, clock) = (self.sweep(), Clock::system());
        let stepped = retry_contention(&clock, &self.rng, || async {
            let mut tx = self.db.begin().await?;
            let step = sweep.step(&mut tx, at).await?;
            tx.commit().await?;
            Ok(step)
        });
        stepped.await.expect("stepped")
    }

    /// Sweeps to the end; returns what each step removed.
    async fn run(&self) -> Vec<u64> {
        let (mut at, mut removed) = (Position::default(), Vec::new());
        while at != Position::Through {
            let step = self.step(&at).await;
            removed.push(step.removed);
            at = step.next;
        }
        removed
    }

    async fn count(&self, statement: &'static Statement) -> i64 {
        let (count,): (i64,) = self.db.read(statement).fetch_one().await.expect("counted");
        count
    }

    async fn told(&self) -> i64 {
        self.count(sql!(
            "SELECT COUNT(*) FROM jobs WHERE kind = 'tell_admins' AND lane = 'notice:T0STAYS'"
        ))
        .await
    }

    async fn has(&self, post: &PostId) -> bool {
        let found = self.db.read(sql!("SELECT COUNT(*) FROM posts WHERE id = $1")).bind(post);
        found.fetch_one::<(i64,)>().await.expect("counted").0 == 1
    }

    async fn knows_what_it_says(&self, post: &PostId) -> bool {
        let found =
            self.db.read(sql!("SELECT COUNT(*) FROM posts WHERE id = $1 AND body IS NOT NULL"));
        found.bind(post).fetch_one::<(i64,)>().await.expect("counted").0 == 1
    }
}

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

    async fn a_rehearsal_counts_what_a_sweep_removes_and_removes_nothing(database: TestDatabase) {
        let bench = Bench::new(&database, 31).await;
        bench.message(GONE, 20, "sent").await;
        for _ in 0..3 {
            bench.message(STAYS, 366, "sent").await;
        }
        let rehearsal = bench.sweep().rehearse().await.expect("rehearsed");
        let due: Vec<_> = rehearsal.workspaces.iter().map(|(due, posts)| (due.team_id.as_str(), *posts)).collect();
        assert_eq!(due, [("T0GONE", 1)]);
        let found: Vec<_> = rehearsal.found.iter().filter(|found| found.rows > 0).map(|found| (found.what, found.rows)).collect();
        assert_eq!(found, [("messages of long ago", 3)]);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM posts")).await, 4);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM jobs")).await, 0);
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

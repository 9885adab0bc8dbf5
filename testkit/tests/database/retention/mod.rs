//! What a sweep removes and what it leaves, step by step, on a clock that stands still.

mod age;
mod rehearsal;
mod workspace;

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::{Clock, ManualClock};
use shared::db::{Db, Statement, retry_contention};
use shared::ids::{CopyId, JobId, PostId};
use shared::jobs::retention_sweep::Position;
use shared::queue::Queue;
use shared::rng::Rng;
use shared::sql;
use shared::tables::audit::Actor;
use testkit::TestDatabase;
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
        let (clock, rng) = (self.time.clock(), self.rng.clone());
        Sweep::new(self.queue.clone(), clock, rng, RETENTION, Actor::SyncBot)
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

//! A workspace stays away: what it had is removed for good when its time is over, and not before.

use std::time::{Duration, Instant};

use shared::clock::LeapingClock;
use shared::sql;
use slack_emulator::{SlackEmulator, User};
use testkit::{ACME, BIRCH, PATIENCE, TestApp, TestDatabase, mentions, on_each_database};

const DAY: Duration = Duration::from_hours(24);

struct Story {
    app: TestApp,
    clock: LeapingClock,
}

impl Story {
    /// Both have talked, and Birch has removed the app.
    async fn begin(database: TestDatabase) -> Self {
        let clock = LeapingClock::default();
        let mut app = TestApp::start_leaping(database, &clock).await;
        for side in [ACME, BIRCH] {
            app.slack.workspace(side.team).add_user(User::new("U0BOSS", "The boss").owner());
        }
        app.start_worker();
        app.authorize(BIRCH, BIRCH.person).await;
        app.map(ACME, ACME.person, BIRCH, Some(BIRCH.person)).await;
        let ts = ACME.says(&app.slack, "hello");
        app.until_both_have(1).await;
        ACME.replies(&app.slack, &ts, "and more");
        app.slack.react(ACME.team, ACME.channel, ACME.person, &ts, "tada");
        BIRCH.says(&app.slack, "good morning");
        app.until_both_have(3).await;
        app.until_settled().await;
        app.slack.uninstall(BIRCH.team);
        let told = |slack: &SlackEmulator| !slack.told(ACME.team, "U0BOSS").is_empty();
        app.slack.wait_until(told, PATIENCE).await.expect("Acme learns of it");
        app.until_settled().await;
        Self { app, clock }
    }

    /// So much time passes, and everything is done that is due by then: a sweep of each day among it.
    async fn leap(&self, over: Duration) {
        let sweeps = self.sweeps().await;
        self.app.slack.leap(over);
        self.clock.leap(over);
        self.app.queue().wakes().signal();
        let began = Instant::now();
        while self.sweeps().await == sweeps {
            assert!(began.elapsed() < PATIENCE, "nothing is swept");
            tokio::task::yield_now().await;
        }
        self.app.until_settled().await;
    }

    /// The time of the last sweep that is through.
    async fn sweeps(&self) -> Option<i64> {
        let last = self.app.db.read(sql!(
            "SELECT MAX(finished_at) FROM jobs WHERE kind = 'retention_sweep' AND state = 'done'"
        ));
        last.fetch_one::<(Option<i64>,)>().await.expect("read").0
    }

    async fn count_audited(&self, action: &str) -> i64 {
        let count = self.app.db.read(sql!("SELECT COUNT(*) FROM audit_log WHERE action = $1"));
        count.bind(action).fetch_one::<(i64,)>().await.expect("counted").0
    }
}

on_each_database! {
    async fn a_workspace_that_stays_away_is_removed_and_nothing_but_the_log_mentions_it(database: TestDatabase) {
        let story = Story::begin(database).await;
        let app = &story.app;
        let birch = app.db.read(sql!("SELECT id FROM workspaces WHERE team_id = 'T0BIRCH'"));
        let (birch,): (String,) = birch.fetch_one().await.expect("read");
        story.leap(DAY * 29).await;
        assert_eq!(story.count_audited("workspace.purged").await, 0, "it has a day left");
        let before = ACME.texts(&app.slack);
        story.leap(DAY * 2).await;
        assert_eq!(mentions(&app.db, &birch).await, ["audit_log.subject"]);
        assert_eq!(story.count_audited("workspace.purged").await, 1);
        let told = app.slack.told(ACME.team, "U0BOSS");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[1].contains("*Birch* more than 30 days ago") && told[1].contains("deleted for good"), "{told:?}");
        assert_eq!(ACME.texts(&app.slack), before, "what stands in Slack stays there");
        ACME.says(&app.slack, "to nobody");
        // The keys of done jobs are kept for a week, idle lanes for an hour.
        story.leap(DAY * 8).await;
        let began = Instant::now();
        loop {
            let left = mentions(&app.db, BIRCH.team).await;
            if left == ["audit_log.team_id"] {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{left:?}");
            story.clock.leap(Duration::from_mins(10));
        }
        assert_eq!(app.slack.told(ACME.team, "U0BOSS").len(), 2, "once");
        assert_eq!(app.dead_jobs().await, []);
        // It would begin anew.
        app.reinstall(BIRCH).await;
        app.until_settled().await;
        assert_ne!(app.workspace(BIRCH).await.id.to_string(), birch);
        story.app.stop_everything().await;
    }

    async fn a_workspace_that_comes_back_on_the_last_day_keeps_everything(database: TestDatabase) {
        let story = Story::begin(database).await;
        let app = &story.app;
        story.leap(DAY * 29).await;
        app.reinstall(BIRCH).await;
        app.until_settled().await;
        story.leap(DAY * 40).await;
        assert_eq!(story.count_audited("workspace.purged").await, 0);
        let kept = app.db.read(sql!("SELECT (SELECT COUNT(*) FROM copies), (SELECT COUNT(*) FROM user_mappings)"));
        let (copies, mappings): (i64, i64) = kept.fetch_one().await.expect("counted");
        assert!(copies == 3 && mappings >= 1, "{copies} copies, {mappings} mappings");
        ACME.says(&app.slack, "it goes on");
        let arrives = |slack: &SlackEmulator| BIRCH.texts(slack).last().is_some_and(|last| last == "it goes on");
        app.slack.wait_until(arrives, PATIENCE).await.expect("it goes on");
        app.until_settled().await;
        story.app.stop_everything().await;
    }
}

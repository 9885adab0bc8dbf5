//! Time passes at once when nothing else does.
//!
//! Whoever waits in SyncBot waits in the database: a lane sleeps until it is due, and a dead worker's lanes
//! until their leases end. Where no lane is due and nobody alive has one, the clocks of SyncBot and of Slack
//! leap to the next that will be. The rest (pauses of some milliseconds inside of a job) passes by itself.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use shared::clock::LeapingClock;
use shared::sql;
use testkit::TestApp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// Longer than the machine, busy as it may be, is at it.
const PATIENCE: Duration = Duration::from_mins(1);
/// Longer than anything that is waited for: what became of a message waits 25 hours for Slack to tell of that. Whatever
/// waits for longer was forgotten.
const LONGEST: Duration = Duration::from_hours(27);
/// Between looks, unless something is committed.
const MOMENT: Duration = Duration::from_millis(10);
/// How long Slack holds an event back for another to overtake it.
const HOLD: Duration = Duration::from_millis(100);

/// Whether nothing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quiet {
    Not,
    /// Nothing but what Slack holds back, or what a lane sleeps for.
    For(Duration),
    ForGood,
}

pub(crate) struct Time {
    clock: LeapingClock,
    dead: BTreeSet<String>,
}

impl Time {
    pub(crate) fn of(clock: LeapingClock) -> Self {
        Self { clock, dead: BTreeSet::new() }
    }

    /// Whoever holds lanes is dead. Returns when Slack has heard of it: what they had said by then has its
    /// effect before what is asked later.
    pub(crate) async fn bury(&mut self, app: &TestApp) -> anyhow::Result<()> {
        let owners = app.db.read(sql!("SELECT DISTINCT owner FROM lanes WHERE owner IS NOT NULL"));
        let owners: Vec<(String,)> = owners.fetch_all().await?;
        self.dead.extend(owners.into_iter().map(|(owner,)| owner));
        let mut asked = TcpStream::connect(app.slack.address()).await?;
        asked.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        asked.read_to_end(&mut Vec::new()).await?;
        Ok(())
    }

    /// Whether Slack has told everything, and nothing is left to do.
    pub(crate) async fn is_settled(app: &TestApp) -> bool {
        app.slack.undelivered() == 0 && app.open_jobs().await == 0
    }

    /// Returns when it is.
    pub(crate) async fn until_settled(&self, app: &TestApp) -> anyhow::Result<()> {
        let (began, mut leapt) = (Instant::now(), Duration::ZERO);
        loop {
            let mut commits = app.queue().wakes().subscribe();
            if Self::is_settled(app).await {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "it takes too long");
            if leapt >= LONGEST {
                bail!("something waits for longer than anything should:\n{}", open(app).await?);
            }
            if let Quiet::For(pause) = self.quiet(app).await? {
                self.leap(app, pause);
                leapt += pause;
            }
            let _ = timeout(MOMENT, commits.changed()).await;
        }
    }

    /// Returns when Slack has told everything.
    pub(crate) async fn until_told(&self, app: &TestApp) -> anyhow::Result<()> {
        // What it holds back.
        self.leap(app, HOLD);
        let told = app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await;
        told.context("Slack has something to tell")
    }

    /// Returns as soon as it is so at Slack, or nothing happens any more.
    pub(crate) async fn until(
        &self,
        app: &TestApp,
        is_so: impl Fn() -> bool + Sync,
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        while app.slack.wait_until(|_| is_so(), MOMENT).await.is_err() {
            ensure!(began.elapsed() < PATIENCE, "it takes too long");
            if self.quiet(app).await? != Quiet::Not {
                break;
            }
        }
        Ok(())
    }

    /// For how long nothing will happen by itself.
    pub(crate) async fn quiet(&self, app: &TestApp) -> anyhow::Result<Quiet> {
        // First: what is told after the lanes were read is in none of them.
        let is_told = app.slack.undelivered() == 0;
        let lanes = app.db.read(sql!("SELECT owner, due_at FROM lanes WHERE due_at IS NOT NULL"));
        let lanes: Vec<(Option<String>, i64)> = lanes.fetch_all().await?;
        let now = app.queue().time().now();
        let is_alive = |owner: &String| !self.dead.contains(owner);
        if lanes.iter().any(|(owner, due)| *due <= now || owner.as_ref().is_some_and(is_alive)) {
            return Ok(Quiet::Not);
        }
        if !is_told {
            return Ok(Quiet::For(HOLD));
        }
        let next = lanes.iter().filter_map(|(_, due)| u64::try_from(due - now).ok()).min();
        Ok(next.map_or(Quiet::ForGood, |millis| Quiet::For(Duration::from_millis(millis))))
    }

    /// Slack first: nothing that it stamps seems older to SyncBot than it is.
    pub(crate) fn leap(&self, app: &TestApp, over: Duration) {
        app.slack.leap(over);
        self.clock.leap(over);
        app.queue().wakes().signal();
    }
}

/// The jobs that are left, and what their lanes are at.
async fn open(app: &TestApp) -> anyhow::Result<String> {
    type Row = (String, String, String, i64, i64, Option<String>, Option<String>, Option<i64>);
    let jobs = app.db.read(sql!(
        "SELECT jobs.lane, jobs.kind, jobs.state, jobs.not_before, jobs.crashes, jobs.last_error, lanes.owner, lanes.due_at
         FROM jobs LEFT JOIN lanes ON lanes.lane = jobs.lane WHERE jobs.finished_at IS NULL ORDER BY jobs.lane, jobs.order_key, jobs.id"
    ));
    let jobs: Vec<Row> = jobs.fetch_all().await?;
    let now = app.queue().time().now();
    let lines = jobs.into_iter().map(|(lane, kind, state, not_before, crashes, error, owner, due)| {
        let (not_before, due) = (not_before - now, due.map(|due| due - now));
        format!("  {lane} due in {due:?} of {owner:?}: {kind} {state} in {not_before}, {crashes} crashes, {error:?}")
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

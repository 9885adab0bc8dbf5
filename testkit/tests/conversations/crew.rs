//! Whoever does SyncBot's work, and dies of it.

use testkit::{CrashableWorker, TestApp};

use crate::time::{Quiet, Time};

/// One worker at a time.
pub(crate) struct Crew {
    pub(crate) time: Time,
    worker: Option<CrashableWorker>,
}

impl Crew {
    pub(crate) fn new(app: &TestApp, time: Time) -> Self {
        Self { time, worker: Some(app.start_crashable_worker()) }
    }

    pub(crate) fn is_away(&self) -> bool {
        self.worker.is_none()
    }

    /// The worker dies after so many more calls, or when it makes none. What it waits for comes first.
    pub(crate) async fn dies(&mut self, app: &TestApp, after: usize) -> anyhow::Result<()> {
        let Some(worker) = &self.worker else { return Ok(()) };
        worker.begun().await;
        if let Quiet::For(pause) = self.time.quiet(app).await? {
            self.time.leap(app, pause);
        }
        let calls = app.slack.calls().len() + after;
        self.time.until(app, || app.slack.calls().len() >= calls).await?;
        self.worker = None;
        self.time.bury(app).await
    }

    /// Another takes over.
    pub(crate) fn comes(&mut self, app: &TestApp) {
        self.worker.get_or_insert_with(|| app.start_crashable_worker());
    }

    /// Returns when something has come of what was done so far, or nothing more will.
    pub(crate) async fn works_until(
        &self,
        app: &TestApp,
        has_come: impl Fn() -> bool + Sync,
    ) -> anyhow::Result<()> {
        while let Some(worker) = &self.worker
            && !has_come()
        {
            worker.begun().await;
            self.time.until(app, &has_come).await?;
            match self.time.quiet(app).await? {
                Quiet::For(pause) if !Time::is_settled(app).await => self.time.leap(app, pause),
                Quiet::For(_) | Quiet::ForGood => return Ok(()),
                Quiet::Not => {}
            }
        }
        Ok(())
    }

    /// Returns when everything is done.
    pub(crate) async fn settles(&mut self, app: &TestApp) -> anyhow::Result<()> {
        self.comes(app);
        if let Some(worker) = &self.worker {
            worker.begun().await;
        }
        self.time.until_settled(app).await
    }
}

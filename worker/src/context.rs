//! What a handler is given: its job, the services, and transactions that are fenced.

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use shared::db::{DbError, Tx};
use shared::ids::{ChannelId, TeamId, UserId, WorkspaceId};
use shared::jobs::renew_token;
use shared::queue::{Job, Lane, NewJob, Scope};
use shared::slack::client::Method;
use shared::slack::{AppCredentials, CallError};
use shared::tables::installations;

use crate::Services;
use crate::failure::Failure;
use crate::pace::Late;
use crate::runtime::HeldLease;
use crate::troubles;

/// Whoever installs a workspace again ends its hold; this is for one that was missed.
const TRY_UNINSTALLED_EVERY: Duration = Duration::from_mins(30);
/// What Slack would say, if anybody could ask.
pub(crate) const NOT_INSTALLED: &str = "not_installed";

/// What begins with a token is through before it ends.
const LAST_CALLS: TimeDelta = TimeDelta::minutes(1);
/// A renewal usually takes less.
const RENEWAL_PAUSE: Duration = Duration::from_secs(1);

/// Between tries to store what Slack answered.
const STORE_PAUSE: Duration = Duration::from_millis(50);

/// A turn that comes later than this is worth a hold, which tells other workers.
const SOON: Duration = Duration::from_secs(6);

/// One run of one job.
#[derive(Debug)]
pub struct JobContext<'r> {
    /// The job.
    pub job: &'r Job,
    /// What every handler works with.
    pub services: &'r Services,
    lease: &'r HeldLease,
    /// Slack has taken a call.
    has_called: AtomicBool,
}

/// Proof that what becomes of a job was written, in a fenced transaction.
#[derive(Debug)]
#[must_use = "a handler returns it"]
pub struct Done(());

/// A transaction of a handler. It ends through its context, which checks the lane's lease last.
#[derive(Debug)]
#[must_use = "a transaction that is not committed is rolled back"]
pub struct FencedTx {
    tx: Tx,
    enqueued: bool,
}

impl Deref for FencedTx {
    type Target = Tx;
    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl DerefMut for FencedTx {
    fn deref_mut(&mut self) -> &mut Tx {
        &mut self.tx
    }
}

impl<'r> JobContext<'r> {
    pub(crate) fn new(job: &'r Job, services: &'r Services, lease: &'r HeldLease) -> Self {
        Self { job, services, lease, has_called: AtomicBool::new(false) }
    }

    /// Begins a transaction. No network while it is open.
    pub async fn begin(&self) -> Result<FencedTx, DbError> {
        Ok(FencedTx { tx: self.services.db.begin().await?, enqueued: false })
    }

    /// Enqueues jobs that exist exactly if the transaction commits.
    pub async fn enqueue(&self, tx: &mut FencedTx, jobs: Vec<NewJob>) -> Result<(), DbError> {
        tx.enqueued |= !jobs.is_empty();
        self.services.queue.enqueue(&mut tx.tx, jobs).await
    }

    /// Commits, if the lane is still ours; the lease is renewed with it.
    pub async fn commit(&self, mut tx: FencedTx) -> Result<(), Failure> {
        self.lease.fence(&self.services.queue, &mut tx.tx).await?;
        tx.tx.commit().await?;
        self.lease.renewed(&self.services.queue);
        if tx.enqueued {
            self.services.queue.wakes().signal();
        }
        Ok(())
    }

    /// The lane that the job is in.
    pub(crate) fn lane(&self) -> &Lane {
        &self.lease.lease().lane
    }

    /// Finishes the job and commits.
    pub async fn done(&self, mut tx: FencedTx) -> Result<Done, Failure> {
        // Only a job that was kept from going through shows that others may now.
        let was_delayed = self.job.not_before > self.job.created_at;
        if was_delayed && self.has_called.load(Ordering::Relaxed) {
            troubles::over(self, &mut tx).await?;
        }
        self.services.queue.done(&mut tx.tx, &self.job.id).await?;
        self.commit(tx).await?;
        Ok(Done(()))
    }

    /// Stores what Slack answered, again and again while another transaction is in the way or the database does
    /// not answer: what must not be done again is calling. It ends with the lease, if the database does not come
    /// back before.
    pub async fn store<T, F>(&self, store: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        loop {
            match store().await {
                Err(Failure::Again | Failure::DatabaseUnavailable(_)) => {
                    self.services.clock.sleep(STORE_PAUSE).await;
                }
                stored => return stored,
            }
        }
    }

    /// Parks the job beside its lane until `wait_key` is there, or until `until` (queue time), and commits.
    /// `tx` has locked what the transaction that brings it writes (see [`Queue::park`](shared::queue::Queue::park)).
    pub async fn park(
        &self,
        mut tx: FencedTx,
        wait_key: &str,
        until: i64,
        reason: &str,
    ) -> Result<Done, Failure> {
        self.services.queue.park(&mut tx.tx, self.job, wait_key, until, reason).await?;
        self.commit(tx).await?;
        Ok(Done(()))
    }

    /// Enqueues a job that stays beside its lane until `wait_key` is there, or until `until` (queue time); see
    /// [`Queue::enqueue_parked`](shared::queue::Queue::enqueue_parked).
    pub async fn enqueue_parked(
        &self,
        tx: &mut FencedTx,
        job: &NewJob,
        wait_key: &str,
        until: i64,
    ) -> Result<(), DbError> {
        tx.enqueued = true;
        self.services.queue.enqueue_parked(&mut tx.tx, job, wait_key, until).await
    }

    /// Others have work once the transaction commits.
    pub fn signal(&self, tx: &mut FencedTx) {
        tx.enqueued = true;
    }

    /// Jobs that wait for one of these keys may go on once the transaction commits.
    pub async fn unpark_either(
        &self,
        tx: &mut FencedTx,
        wait_key: &str,
        other: &str,
    ) -> Result<usize, DbError> {
        let woken = self.services.queue.unpark_either(&mut tx.tx, wait_key, other).await?;
        tx.enqueued |= woken > 0;
        Ok(woken)
    }

    /// As [`JobContext::unpark_either`], for one.
    pub async fn unpark(&self, tx: &mut FencedTx, wait_key: &str) -> Result<usize, DbError> {
        self.unpark_either(tx, wait_key, wait_key).await
    }

    /// The token of a workspace's bot; `None`: it is not installed.
    pub async fn token(&self, workspace: &WorkspaceId) -> Result<Option<SecretString>, Failure> {
        let services = self.services;
        let Some(installation) = installations::of(&services.db, workspace).await? else {
            return Ok(None);
        };
        self.until_renewed(installation.renewed_by(), workspace, None).await?;
        installation.token(&services.sealer).map(Some).map_err(|error| Failure::retry(&error))
    }

    /// A token that has ended, because nobody was there to renew it in time, is renewed before anybody uses it.
    pub(crate) async fn until_renewed(
        &self,
        renewed_by: Option<DateTime<Utc>>,
        workspace: &WorkspaceId,
        user: Option<&UserId>,
    ) -> Result<(), Failure> {
        let Services { db, queue, clock, .. } = self.services;
        if renewed_by.is_none_or(|by| clock.now() + LAST_CALLS < by) {
            return Ok(());
        }
        let mut tx = db.begin().await?;
        queue.enqueue(&mut tx, vec![renew_token::job(workspace, user)]).await?;
        tx.commit().await?;
        queue.wakes().signal();
        Err(Failure::snooze(RENEWAL_PAUSE, "a token has ended and is being renewed"))
    }

    /// As [`JobContext::token`], for a workspace that nothing can be done without: what is for it waits until it
    /// is installed again.
    pub async fn target_token(
        &self,
        workspace: &WorkspaceId,
        team: &TeamId,
    ) -> Result<SecretString, Failure> {
        let token = self.token(workspace).await?;
        token.ok_or_else(|| {
            let reason = "the target workspace is not installed";
            Failure::trouble(Scope::workspace(team), TRY_UNINSTALLED_EVERY, reason, NOT_INSTALLED)
        })
    }

    /// How long one call to the outside may take: well inside the lease, which each commit renews.
    pub fn call_timeout(&self) -> Duration {
        self.lease.duration() / 2
    }

    /// When a call that begins now has ended for certain, in queue time.
    pub fn call_deadline(&self) -> i64 {
        self.services.queue.time().after(self.call_timeout())
    }

    /// Returns when `M` may be called for `team`, where it is about `channel` if the method is one of those
    /// that Slack limits by channel. [`Failure::Hold`]: not soon.
    pub async fn turn<M: Method>(
        &self,
        team: &TeamId,
        channel: Option<&ChannelId>,
    ) -> Result<(), Failure> {
        let late = |scope, wait| {
            Err(Failure::hold(scope, wait, format!("{} would be called too often", M::NAME)))
        };
        if let Some(wait) = self.held::<M>(team) {
            return late(Scope::method(team, M::NAME), wait);
        }
        match self.services.pacer.turn(team, M::NAME, M::TIER, channel).await {
            Ok(()) => Ok(()),
            // The lane alone waits: what else there is to do in the channel has turns of its own.
            Err(Late { wait, .. }) if channel.is_some() && wait <= SOON => {
                Err(Failure::snooze(wait, format!("{} has its turn later", M::NAME)))
            }
            Err(Late { wait, scope }) => late(scope, wait),
        }
    }

    /// For how long Slack does not want to hear of a method.
    fn held<M: Method>(&self, team: &TeamId) -> Option<Duration> {
        let queue = &self.services.queue;
        let until = queue.held_until(&Scope::method(team, M::NAME))?;
        Some(Duration::from_millis(u64::try_from(until - queue.time().now()).unwrap_or(1)))
    }

    /// Calls Slack with the token of `team` when it is the method's turn, for [`JobContext::call_timeout`] at
    /// most.
    pub async fn call<M: Method>(
        &self,
        team: &TeamId,
        token: &SecretString,
        method: &M,
    ) -> Result<M::Answer, CallError> {
        let limited = |retry_after| CallError::RateLimited { method: M::NAME, retry_after };
        if let Some(wait) = self.held::<M>(team) {
            return Err(limited(wait));
        }
        let turn = self.services.pacer.turn(team, M::NAME, M::TIER, None).await;
        turn.map_err(|late| limited(late.wait))?;
        self.call_now(token, method).await
    }

    /// As [`JobContext::call`], in the app's own name, which Slack does not limit by workspace.
    pub async fn call_as_app<M: Method>(
        &self,
        app: &AppCredentials,
        method: &M,
    ) -> Result<M::Answer, CallError> {
        self.services.slack.call_as_app(app, method, self.call_timeout()).await
    }

    /// As [`JobContext::call`], for who had the [`turn`](JobContext::turn).
    pub async fn call_now<M: Method>(
        &self,
        token: &SecretString,
        method: &M,
    ) -> Result<M::Answer, CallError> {
        let called = self.services.slack.call(token, method, self.call_timeout()).await;
        self.has_called.fetch_or(called.is_ok(), Ordering::Relaxed);
        called
    }
}

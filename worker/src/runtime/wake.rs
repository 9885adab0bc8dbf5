//! When to look for due lanes: at once when something was committed, at the time that the next lane is
//! due, and from time to time in any case.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::{PollSnapshot, PollStrategy};
use futures::task::AtomicWaker;
use shared::db::Notifications;
use shared::queue::{CHANNEL, Queue};
use tokio::sync::Notify;

/// Rises with each reason to look. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Wakeup(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    version: AtomicU64,
    waker: AtomicWaker,
    /// When the next lane is due, in queue time; 0: unknown.
    next_due: AtomicI64,
    next_due_changed: Notify,
}

impl Wakeup {
    /// A reason to look that came after this was read raises it.
    pub(super) fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }

    pub(super) fn raise(&self) {
        self.0.version.fetch_add(1, Ordering::AcqRel);
        self.0.waker.wake();
    }

    /// Notes when the next lane is due.
    pub(super) fn next_due(&self, at: Option<i64>) {
        let at = at.unwrap_or(0);
        if self.0.next_due.swap(at, Ordering::AcqRel) != at {
            self.0.next_due_changed.notify_one();
        }
    }
}

/// Lets apalis poll the backend whenever the [`Wakeup`] rises. The waker is registered before the backend
/// is polled, and the backend compares versions after its query, so no rise is lost in between.
#[derive(Debug)]
pub(super) struct WakeupStrategy(Wakeup);

impl WakeupStrategy {
    pub(super) fn new(wakeup: Wakeup) -> Self {
        Self(wakeup)
    }
}

impl PollStrategy for WakeupStrategy {
    fn poll_drive(&mut self, cx: &mut Context<'_>, _: &PollSnapshot) -> Poll<Option<()>> {
        self.0.0.waker.register(cx.waker());
        Poll::Pending
    }
}

/// When other processes tell of their commits, asking is but a safety net.
const POLL_WHEN_TOLD: Duration = Duration::from_secs(1);
/// When they cannot, this is how late an idle worker may be.
const POLL_WHEN_NOT_TOLD: Duration = Duration::from_millis(50);
/// Between tries to listen.
const LISTEN_PAUSE: Duration = Duration::from_secs(5);

/// Raises `wakeup` for every reason to look, for ever.
pub(super) async fn keep_waking(queue: Queue, wakeup: Wakeup) {
    let mut commits_here = queue.wakes().subscribe();
    let mut ears = Ears::default();
    loop {
        let told = ears.listen(&queue).await;
        let poll = if told { POLL_WHEN_TOLD } else { POLL_WHEN_NOT_TOLD };
        let next_due = wakeup.0.next_due.load(Ordering::Acquire);
        let until_due = u64::try_from((next_due - queue.time().now()).max(1)).unwrap_or(1);
        let pause = if next_due == 0 { poll } else { poll.min(Duration::from_millis(until_due)) };
        tokio::select! {
            _ = commits_here.changed() => wakeup.raise(),
            () = ears.next() => wakeup.raise(),
            () = tokio::time::sleep(pause) => wakeup.raise(),
            () = wakeup.0.next_due_changed.notified() => {}
        }
    }
}

/// Hears of commits of other processes, where the database can tell.
#[derive(Default)]
struct Ears {
    notifications: Option<Notifications>,
    not_before: Option<tokio::time::Instant>,
}

impl Ears {
    /// Listens, if that is possible; says whether it does.
    async fn listen(&mut self, queue: &Queue) -> bool {
        if self.notifications.is_some() {
            return true;
        }
        let now = tokio::time::Instant::now();
        if self.not_before.is_some_and(|not_before| now < not_before) {
            return false;
        }
        self.not_before = Some(now + LISTEN_PAUSE);
        match queue.db().listen(CHANNEL).await {
            Ok(notifications) => self.notifications = notifications,
            Err(error) => {
                tracing::debug!(%error, "cannot listen to the database; asking it instead");
            }
        }
        self.notifications.is_some()
    }

    async fn next(&mut self) {
        match &mut self.notifications {
            None => std::future::pending().await,
            Some(notifications) => {
                if let Err(error) = notifications.next().await {
                    tracing::debug!(%error, "the database no longer tells; asking it until it does");
                    self.notifications = None;
                }
            }
        }
    }
}

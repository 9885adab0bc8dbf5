//! When to look for due lanes: at once when something was committed, at the time that the next lane is
//! due, and from time to time in any case.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use apalis::prelude::{PollSnapshot, PollStrategy};
use futures::task::AtomicWaker;
use shared::error::chain;
use shared::queue::{CHANNEL, Queue};
use tokio::sync::Notify;
use tokio::time::Instant;

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
    /// Whether something was found since the last poll.
    found: AtomicBool,
    /// Whether other processes' commits are told of.
    told: AtomicBool,
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

    /// Notes that there was something to do.
    pub(super) fn found(&self) {
        self.0.found.store(true, Ordering::Release);
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

/// Who may put something into the queue, and so how often to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Feeders {
    /// Other processes as well: the usual case.
    #[default]
    Anyone,
    /// This process, as good as always: its signals tell, and asking is but a safety net.
    ThisProcess,
}

/// When commits are told of, asking is but a safety net.
const POLL_WHEN_TOLD: Duration = Duration::from_secs(1);
/// When they are not, this is how late an idle worker may be: one look at an index, against a tenth of a
/// second that a person waits for a message.
const POLL_WHEN_IDLE: Duration = Duration::from_millis(100);
/// Where there was something to do, there is soon more.
const POLL_WHEN_BUSY: Duration = Duration::from_millis(50);
/// So long after something was found.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// How long to wait for the next look when nothing else is a reason.
fn poll_pause(told: bool, feeders: Feeders, since_found: Duration) -> Duration {
    if told || feeders == Feeders::ThisProcess {
        POLL_WHEN_TOLD
    } else if since_found < BUSY_FOR {
        POLL_WHEN_BUSY
    } else {
        POLL_WHEN_IDLE
    }
}

/// Raises `wakeup` for every reason to look that this process can know of, for ever.
pub(super) async fn keep_waking(queue: Queue, wakeup: Wakeup, feeders: Feeders) {
    let mut commits_here = queue.wakes().subscribe();
    let mut found_at = Instant::now();
    loop {
        if wakeup.0.found.swap(false, Ordering::AcqRel) {
            found_at = Instant::now();
        }
        let told = wakeup.0.told.load(Ordering::Acquire);
        let poll = poll_pause(told, feeders, found_at.elapsed());
        let next_due = wakeup.0.next_due.load(Ordering::Acquire);
        let until_due = u64::try_from((next_due - queue.time().now()).max(1)).unwrap_or(1);
        let pause = if next_due == 0 { poll } else { poll.min(Duration::from_millis(until_due)) };
        tokio::select! {
            _ = commits_here.changed() => wakeup.raise(),
            () = tokio::time::sleep(pause) => wakeup.raise(),
            () = wakeup.0.next_due_changed.notified() => {}
        }
    }
}

/// Between tries to listen.
const LISTEN_PAUSE: Duration = Duration::from_secs(5);

/// Raises `wakeup` when other processes tell of a commit, for ever, or until it is known that this database
/// cannot tell.
pub(super) async fn keep_listening(queue: Queue, wakeup: Wakeup) {
    loop {
        match queue.db().listen(CHANNEL).await {
            Ok(None) => return,
            Ok(Some(mut notifications)) => {
                wakeup.0.told.store(true, Ordering::Release);
                // What was told before this began is not heard.
                wakeup.raise();
                let broken = loop {
                    match notifications.next().await {
                        Ok(()) => wakeup.raise(),
                        Err(error) => break error,
                    }
                };
                wakeup.0.told.store(false, Ordering::Release);
                // The poll that waits now is a long one.
                wakeup.raise();
                wakeup.0.next_due_changed.notify_one();
                tracing::debug!(error = %chain(&broken), "the database no longer tells; asking it until it does");
            }
            Err(error) => {
                tracing::debug!(error = %chain(&error), "cannot listen to the database; asking it instead");
                tokio::time::sleep(LISTEN_PAUSE).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_frequent_only_where_nobody_tells() {
        let (just_now, long_ago) = (Duration::ZERO, Duration::from_mins(1));
        for (told, feeders, since_found, pause) in [
            (true, Feeders::Anyone, just_now, 1_000),
            (false, Feeders::ThisProcess, just_now, 1_000),
            (false, Feeders::Anyone, just_now, 50),
            (false, Feeders::Anyone, long_ago, 100),
        ] {
            assert_eq!(
                poll_pause(told, feeders, since_found),
                Duration::from_millis(pause),
                "{told} {feeders:?} {since_found:?}"
            );
        }
    }
}

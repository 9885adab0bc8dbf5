//! How many connections there may be, and who gives way when there are more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// Far more than Slack opens; each costs a task and a buffer.
const MOST: usize = 4_096;
/// Few enough for any limit, and enough for Slack.
const FEWEST: usize = 64;
/// Files for everything else: the database, calls to Slack, logs.
const OTHER_FILES: u64 = 320;

/// All places, and who has them. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Idle>>,
}

/// Idle connections in the order in which they give way: those that never sent a request first, then by the
/// time since when they are idle.
#[derive(Debug, Default)]
struct Idle {
    turns: u64,
    waiting: BTreeMap<Turn, CancellationToken>,
}

/// Whether a request was served before, and a number that rises.
type Turn = (bool, u64);

/// The place of one connection.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    cleared: CancellationToken,
    standing: watch::Sender<Standing>,
    _permit: Option<OwnedSemaphorePermit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Idle(Turn),
    /// A request is being served.
    Busy,
}

/// A request is being served for as long as this lives.
#[derive(Debug)]
pub(super) struct Served<'p>(&'p Place);

impl Places {
    /// As many as the process's limit of open files allows.
    pub(super) fn within(open_files: Option<u64>) -> Self {
        let room = open_files.map_or(MOST, |files| {
            usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(MOST)
        });
        Self { free: Arc::new(Semaphore::new(room.clamp(FEWEST, MOST))), idle: Arc::default() }
    }

    /// A place for a connection that just came in. When none is free, an idle one is cleared; when all are
    /// busy, it waits, which takes as long as a request may.
    pub(super) async fn take(&self) -> Place {
        if self.free.available_permits() == 0 {
            self.clear_one();
        }
        // The semaphore is never closed.
        let permit = Arc::clone(&self.free).acquire_owned().await.ok();
        let cleared = CancellationToken::new();
        let standing = watch::Sender::new(Standing::Idle(self.wait(false, &cleared)));
        Place { places: self.clone(), cleared, standing, _permit: permit }
    }

    /// Clears the place of whoever is first to give way.
    pub(super) fn clear_one(&self) {
        if let Some((_, connection)) = self.with(|idle| idle.waiting.pop_first()) {
            connection.cancel();
        }
    }

    fn wait(&self, was_served: bool, connection: &CancellationToken) -> Turn {
        self.with(|idle| {
            idle.turns += 1;
            let turn = (was_served, idle.turns);
            idle.waiting.insert(turn, connection.clone());
            turn
        })
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Idle) -> T) -> T {
        use_it(&mut self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Place {
    /// A request has arrived.
    pub(super) fn serve(&self) -> Served<'_> {
        let before = self.standing.send_replace(Standing::Busy);
        if let Standing::Idle(turn) = before {
            self.places.with(|idle| idle.waiting.remove(&turn));
        }
        Served(self)
    }

    /// Returns when somebody else needs the place.
    pub(super) async fn cleared(&self) {
        self.cleared.cancelled().await;
    }

    /// Returns if no request arrives within `timeout` of the beginning.
    pub(super) async fn silent(&self, timeout: Duration) {
        let mut standing = self.standing.subscribe();
        let spoke = standing.wait_for(|standing| !matches!(standing, Standing::Idle((false, _))));
        if tokio::time::timeout(timeout, spoke).await.is_ok() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns when no request is being served.
    pub(super) async fn rests(&self) {
        let mut standing = self.standing.subscribe();
        // The sender is this place itself.
        let _ = standing.wait_for(|standing| matches!(standing, Standing::Idle(_))).await;
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        let turn = self.0.places.wait(true, &self.0.cleared);
        self.0.standing.send_replace(Standing::Idle(turn));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Standing::Idle(turn) = *self.standing.borrow() {
            self.places.with(|idle| idle.waiting.remove(&turn));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_places_as_files_that_nothing_else_needs() {
        for (files, places) in
            [(None, 4_096), (Some(1_048_576), 4_096), (Some(1_024), 704), (Some(256), 64)]
        {
            assert_eq!(Places::within(files).free.available_permits(), places, "{files:?}");
        }
    }

    #[tokio::test]
    async fn who_never_sent_a_request_gives_way_first_then_who_is_idle_longest() {
        let places = Places::within(None);
        let (old, served, busy, new) =
            (places.take().await, places.take().await, places.take().await, places.take().await);
        drop(served.serve());
        let _request = busy.serve();
        for expected in [&old, &new, &served] {
            places.clear_one();
            assert!(expected.cleared.is_cancelled());
        }
        places.clear_one();
        assert!(!busy.cleared.is_cancelled(), "its request is being served");
    }
}

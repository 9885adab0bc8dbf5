//! What everything in the emulator shares: one state behind one lock, and the ways to be told when
//! it changes.
//!
//! The lock is held for moments only and never across a wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Client;
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::{Notify, broadcast, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::chance::Chance;
use crate::events::{Courier, EventState};
use crate::faults::Faults;
use crate::ids::{ChannelId, TeamId, Ts};
use crate::limits::Limits;
use crate::oauth::Codes;
use crate::record::Records;
use crate::settings::Settings;
use crate::shown::ShownMessage;
use crate::switches::Switches;
use crate::time::Stopwatch;
use crate::world::{Bearer, Issuing, World};

/// How far a page may fall behind before it is told to begin anew.
const CHANGES_KEPT: usize = 256;

pub(crate) struct State {
    pub(crate) world: World,
    /// What tokens and codes end by.
    pub(crate) clock: Stopwatch,
    pub(crate) codes: Codes,
    pub(crate) switches: Switches,
    pub(crate) faults: Faults,
    pub(crate) limits: Limits,
    pub(crate) records: Records,
    pub(crate) courier: Courier,
    pub(crate) chance: Chance,
}

impl State {
    /// What is known of a token, if the emulator gave it out.
    pub(crate) fn bearer(&self, token: &str) -> Option<Bearer> {
        self.world.bearer(token, self.clock.now())
    }

    /// How tokens are given out now.
    pub(crate) fn issuing(&self) -> Issuing {
        Issuing { now: self.clock.now(), is_rotated: self.world.app.rotates, keeps: true }
    }
}

/// What the page is told.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Change {
    /// A message was posted.
    Message { team: TeamId, channel: ChannelId, message: Box<ShownMessage> },
    /// A message is not what it was.
    Changed { team: TeamId, channel: ChannelId, message: Box<ShownMessage> },
    /// A message is gone.
    Deleted { team: TeamId, channel: ChannelId, ts: Ts },
    /// Something became of a workspace's newest event.
    Delivery { team: TeamId, delivery: EventState },
    /// Anything else: fetch the state again.
    Stage,
}

pub(crate) struct Core {
    pub(crate) settings: Settings,
    pub(crate) base_url: String,
    pub(crate) client: Client,
    /// Rung when the schedule of retries has to be looked at again.
    pub(crate) alarm: Notify,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    runtime: Handle,
    state: Mutex<State>,
    revision: watch::Sender<u64>,
    changes: broadcast::Sender<Change>,
}

impl Core {
    /// Call it on a runtime: tasks will run there.
    pub(crate) fn new(settings: Settings, base_url: String, client: Client) -> Arc<Self> {
        let state = State {
            world: World::new(&settings, &base_url),
            clock: Stopwatch::start(),
            codes: Codes::default(),
            switches: Switches::default(),
            faults: Faults::new(settings.seed),
            limits: Limits::new(),
            records: Records::new(settings.record_limit),
            courier: Courier::new(settings.record_limit),
            chance: Chance::new(settings.seed),
        };
        Arc::new(Self {
            settings,
            base_url,
            client,
            alarm: Notify::new(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            runtime: Handle::current(),
            state: Mutex::new(state),
            revision: watch::Sender::new(0),
            changes: broadcast::Sender::new(CHANGES_KEPT),
        })
    }

    /// A panic elsewhere says nothing about the state, which is whole between statements.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.lock())
    }

    /// Changes the state and wakes those who wait for a condition.
    pub(crate) fn change<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        let result = act(&mut self.lock());
        self.revision.send_modify(|revision| *revision += 1);
        result
    }

    /// Wakes at each change after this call.
    pub(crate) fn revisions(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    pub(crate) fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Whether anyone looks at the page.
    pub(crate) fn is_watched(&self) -> bool {
        self.changes.receiver_count() > 0
    }

    /// Tells the page, if anyone looks at it.
    pub(crate) fn tell(&self, change: impl FnOnce() -> Change) {
        if self.is_watched() {
            // The last page may have closed just now.
            let _nobody = self.changes.send(change());
        }
    }

    /// Runs a task until it ends or the emulator does.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        let task = async move { _ = stop.run_until_cancelled(task).await };
        self.tasks.spawn_on(task, &self.runtime);
    }
}

//! Which event is sent when: one lane for each channel and one for what happens in a workspace
//! besides, a schedule for the retries.
//!
//! Only state is kept here; `delivery` acts on it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use url::Url;

use super::post::RetryReason;
use super::schedule::Schedule;
use super::signature::Signature;
use crate::ids::{ChannelId, EventId, TeamId};
use crate::switches::EventOrder;

/// An event on its way.
pub(super) struct Event {
    pub(super) team: TeamId,
    /// Where it happened; not all that happens does so in a channel.
    pub(super) channel: Option<ChannelId>,
    pub(super) body: Bytes,
    pub(super) first_signature: Option<Signature>,
    /// How many times it still has to be sent, now or later.
    pub(super) open: u32,
}

/// One attempt to make.
#[derive(Clone, Debug)]
pub(super) struct Errand {
    pub(super) event_id: EventId,
    pub(super) retry: Option<Retry>,
}

/// What makes an attempt a retry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    pub(super) number: u32,
    pub(super) reason: RetryReason,
}

pub(super) type LaneKey = (TeamId, Option<ChannelId>);

#[derive(Default)]
struct Lane {
    queue: VecDeque<EventId>,
    /// Whether a task works on the queue.
    busy: bool,
    /// The event that waits to be overtaken.
    held: Option<EventId>,
}

/// What waits for its time.
enum Waiting {
    Retry(Errand),
    Held(LaneKey, EventId),
}

/// What has to be set going.
pub(super) enum Start {
    Lane(LaneKey),
    Errand(Errand),
}

/// A retry that waits for its time.
#[derive(Clone, Debug, Serialize)]
pub struct WaitingRetry {
    /// The event.
    pub event_id: EventId,
    /// The workspace it happened in.
    pub team: TeamId,
    /// The channel it happened in, if it was in one.
    pub channel: Option<ChannelId>,
    /// Counts the retries, from 1.
    pub number: u32,
    /// Why the last attempt failed.
    pub reason: RetryReason,
    /// How long it still has to wait.
    pub due_in: Duration,
}

/// What became of the newest event of a workspace, for the page.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum EventState {
    NoRequestUrl,
    Lost,
    Sending { event_id: EventId },
    Delivered { event_id: EventId },
    Retrying { event_id: EventId, number: u32, reason: RetryReason, due_in_ms: u128 },
    GivenUp { event_id: EventId, reason: RetryReason },
}

impl EventState {
    fn event_id(&self) -> Option<&EventId> {
        match self {
            Self::NoRequestUrl | Self::Lost => None,
            Self::Sending { event_id }
            | Self::Delivered { event_id }
            | Self::Retrying { event_id, .. }
            | Self::GivenUp { event_id, .. } => Some(event_id),
        }
    }
}

pub(crate) struct Courier {
    pub(crate) request_url: Option<Url>,
    pub(super) events: HashMap<EventId, Event>,
    undelivered: usize,
    finished: VecDeque<EventId>,
    finished_limit: usize,
    lanes: HashMap<LaneKey, Lane>,
    schedule: Schedule<Waiting>,
    newest: HashMap<TeamId, EventState>,
    /// The minutes of which the app was told that not all of their events are sent.
    pub(super) limited_minutes: HashSet<(TeamId, u64)>,
}

impl Courier {
    pub(crate) fn new(finished_limit: usize) -> Self {
        Self {
            request_url: None,
            events: HashMap::new(),
            undelivered: 0,
            finished: VecDeque::new(),
            finished_limit,
            lanes: HashMap::new(),
            schedule: Schedule::new(),
            newest: HashMap::new(),
            limited_minutes: HashSet::new(),
        }
    }

    /// Takes an event in and says what has to be set going for it.
    pub(super) fn accept(
        &mut self,
        id: &EventId,
        event: Event,
        order: EventOrder,
        hold: Duration,
    ) -> Vec<Start> {
        let key = (event.team.clone(), event.channel.clone());
        let copies = event.open;
        self.events.insert(id.clone(), event);
        self.undelivered += 1;
        match order {
            EventOrder::Concurrent => (0..copies)
                .map(|_| Start::Errand(Errand { event_id: id.clone(), retry: None }))
                .collect(),
            EventOrder::PerChannel => self.queue(key, [id.clone()]),
            EventOrder::SwappedPairs => {
                let lane = self.lanes.entry(key.clone()).or_default();
                if let Some(held) = lane.held.take() {
                    self.queue(key, [id.clone(), held])
                } else {
                    lane.held = Some(id.clone());
                    self.schedule.put(hold, Waiting::Held(key, id.clone()));
                    Vec::new()
                }
            }
        }
    }

    fn queue(&mut self, key: LaneKey, ids: impl IntoIterator<Item = EventId>) -> Vec<Start> {
        let lane = self.lanes.entry(key.clone()).or_default();
        for id in ids {
            let copies = self.events.get(&id).map_or(1, |event| event.open.max(1));
            lane.queue.extend((0..copies).map(|_| id.clone()));
        }
        if std::mem::replace(&mut lane.busy, true) { Vec::new() } else { vec![Start::Lane(key)] }
    }

    /// The next event of a lane; when there is none, the lane rests.
    pub(super) fn next_in(&mut self, key: &LaneKey) -> Option<EventId> {
        let lane = self.lanes.get_mut(key)?;
        let next = lane.queue.pop_front();
        lane.busy = next.is_some();
        next
    }

    /// The event will be sent once more. Returns whether there is such an event.
    pub(super) fn reopen(&mut self, id: &EventId) -> bool {
        let Some(event) = self.events.get_mut(id) else { return false };
        self.undelivered += usize::from(event.open == 0);
        event.open += 1;
        true
    }

    /// One sending of the event came to its end.
    pub(super) fn close(&mut self, id: &EventId) {
        let Some(event) = self.events.get_mut(id) else { return };
        event.open -= 1;
        if event.open == 0 {
            self.undelivered -= 1;
            self.finished.push_back(id.clone());
        }
        while self.finished.len() > self.finished_limit {
            if let Some(oldest) = self.finished.pop_front()
                && self.events.get(&oldest).is_some_and(|event| event.open == 0)
            {
                self.events.remove(&oldest);
            }
        }
    }

    pub(super) fn retry_after(&mut self, delay: Duration, errand: Errand) {
        self.schedule.put(delay, Waiting::Retry(errand));
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.schedule.advance(by);
    }

    /// What has become due, and how long the next thing has to wait.
    pub(super) fn take_due(&mut self) -> (Vec<Start>, Option<Duration>) {
        let (due, wait) = self.schedule.take_due();
        let mut starts = Vec::new();
        for waiting in due {
            match waiting {
                Waiting::Retry(errand) => starts.push(Start::Errand(errand)),
                Waiting::Held(key, id) => {
                    let lane = self.lanes.entry(key.clone()).or_default();
                    if lane.held.as_ref() == Some(&id) {
                        lane.held = None;
                        starts.extend(self.queue(key, [id]));
                    }
                }
            }
        }
        (starts, wait)
    }

    /// The retries that wait, the next one first.
    pub(crate) fn waiting_retries(&self) -> Vec<WaitingRetry> {
        let mut retries: Vec<_> = self
            .schedule
            .waiting()
            .filter_map(|(due_in, waiting)| match waiting {
                Waiting::Retry(Errand { event_id, retry: Some(retry) }) => {
                    let event = self.events.get(event_id)?;
                    Some(WaitingRetry {
                        event_id: event_id.clone(),
                        team: event.team.clone(),
                        channel: event.channel.clone(),
                        number: retry.number,
                        reason: retry.reason,
                        due_in,
                    })
                }
                _ => None,
            })
            .collect();
        retries.sort_by_key(|retry| retry.due_in);
        retries
    }

    /// How many events are neither acknowledged nor given up.
    pub(crate) fn undelivered(&self) -> usize {
        self.undelivered
    }

    pub(crate) fn set_newest(&mut self, team: &TeamId, state: EventState) {
        self.newest.insert(team.clone(), state);
    }

    /// Notes what became of an event, if it is still the workspace's newest.
    pub(super) fn update_newest(&mut self, team: &TeamId, state: EventState) -> bool {
        let is_newest = self.newest.get(team).and_then(EventState::event_id) == state.event_id();
        if is_newest {
            self.set_newest(team, state);
        }
        is_newest
    }

    /// What became of a workspace's newest event, with the wait as it is now.
    pub(crate) fn newest(&self, team: &TeamId) -> Option<EventState> {
        let mut state = self.newest.get(team)?.clone();
        if let EventState::Retrying { event_id, due_in_ms, .. } = &mut state {
            let retries = self.waiting_retries();
            let retry = retries.iter().find(|retry| retry.event_id == *event_id);
            *due_in_ms = retry.map_or(0, |retry| retry.due_in.as_millis());
        }
        Some(state)
    }
}

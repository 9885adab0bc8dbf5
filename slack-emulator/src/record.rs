//! What the emulator remembers of everything it was asked and sent.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::events::RetryReason;
use crate::ids::{ChannelId, EventId, TeamId, UserId};
use crate::limits::OverLimit;
use crate::violation::Violation;

/// One call of the Web API.
#[derive(Clone, Debug, Serialize)]
pub struct ApiCall {
    /// Counts the calls in the order in which they took effect, from 1.
    pub number: u64,
    /// The method, such as `chat.postMessage`.
    pub method: String,
    /// The workspace of the token, if it is one of the emulator's.
    pub team: Option<TeamId>,
    /// The person whose token it is; `None` for the bot's.
    pub user: Option<UserId>,
    /// The arguments, without the token; of secrets, that there were any.
    pub arguments: Map<String, Value>,
    /// What the caller was told.
    pub outcome: Outcome,
    /// When the call arrived, in microseconds since 1970.
    pub arrived_at_micros: u64,
    /// When it was answered; `None` while it is not, or if it never was.
    pub answered_at_micros: Option<u64>,
}

impl ApiCall {
    /// A text argument, if there is one of this name.
    pub fn argument(&self, name: &str) -> Option<&str> {
        self.arguments.get(name).and_then(Value::as_str)
    }
}

/// What the caller of a method was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// `ok: true`.
    Ok,
    /// `ok: false` with this error.
    Error {
        /// The error's code.
        code: String,
    },
    /// An HTTP status other than 200.
    Status {
        /// The status.
        status: u16,
    },
    /// The call took effect, but the connection was cut before the answer.
    AnswerLost,
    /// The connection was cut before the call took effect.
    Cut,
}

/// One attempt to send one event.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// The event.
    pub event_id: EventId,
    /// The workspace it happened in.
    pub team: TeamId,
    /// The channel it happened in, if it was in one.
    pub channel: Option<ChannelId>,
    /// Counts the attempts, from 1: attempt 2 is the first retry.
    pub attempt: u32,
    /// Why this attempt was made, if it is a retry.
    pub retry_reason: Option<RetryReason>,
    /// The HTTP status of the answer, if there was one in time.
    pub status: Option<u16>,
    /// Why this attempt failed, if it did.
    pub failure: Option<RetryReason>,
    /// The time that the signature carried, in seconds since 1970.
    pub signature_timestamp: i64,
    /// When the attempt began, in microseconds since 1970.
    pub sent_at_micros: u64,
    /// When its outcome was known, in microseconds since 1970.
    pub answered_at_micros: u64,
}

impl Delivery {
    /// Whether the receiver acknowledged the event.
    pub fn is_acknowledged(&self) -> bool {
        self.failure.is_none()
    }
}

/// The newest of a kind, up to a bound.
pub(crate) struct Ring<T> {
    limit: usize,
    items: VecDeque<T>,
}

impl<T: Clone> Ring<T> {
    fn new(limit: usize) -> Self {
        Self { limit, items: VecDeque::new() }
    }

    pub(crate) fn push(&mut self, item: T) {
        if self.items.len() >= self.limit {
            self.items.pop_front();
        }
        self.items.push_back(item);
    }

    pub(crate) fn all(&self) -> Vec<T> {
        self.items.iter().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}

/// Everything that is remembered.
pub(crate) struct Records {
    calls: Ring<ApiCall>,
    calls_so_far: u64,
    pub(crate) deliveries: Ring<Delivery>,
    pub(crate) violations: Ring<Violation>,
    pub(crate) over_limit: Ring<OverLimit>,
}

impl Records {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            calls: Ring::new(limit),
            calls_so_far: 0,
            deliveries: Ring::new(limit),
            violations: Ring::new(limit),
            over_limit: Ring::new(limit),
        }
    }

    pub(crate) fn calls(&self) -> &Ring<ApiCall> {
        &self.calls
    }

    /// Remembers a call and returns its number.
    pub(crate) fn add_call(&mut self, mut call: ApiCall) -> u64 {
        self.calls_so_far += 1;
        call.number = self.calls_so_far;
        self.calls.push(call);
        self.calls_so_far
    }

    /// Fills in when a call was answered. The call is among the newest, so the search is short.
    pub(crate) fn answered(&mut self, number: u64, at_micros: u64) {
        if let Some(call) = self.calls.items.iter_mut().rev().find(|call| call.number == number) {
            call.answered_at_micros = Some(at_micros);
        }
    }

    pub(crate) fn forget(&mut self) {
        self.calls.items.clear();
        self.deliveries.items.clear();
        self.violations.items.clear();
        self.over_limit.items.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_keeps_the_newest() {
        let mut ring = Ring::new(2);
        for number in 1..=3 {
            ring.push(number);
        }
        assert_eq!(ring.all(), [2, 3]);
        assert_eq!(ring.len(), 2);
    }
}

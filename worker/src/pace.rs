//! Calls Slack no faster than it promises to take: who comes too soon waits, here or in the queue, not at Slack's
//! 429, which would hold others up as well.
//!
//! Each worker counts its own calls. Several may come too soon together; then Slack says so, and a hold tells
//! them all.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use shared::clock::Clock;
use shared::ids::{ChannelId, TeamId};
use shared::queue::Scope;
use shared::slack::tier::{Bound, Tier};

/// Whoever has to wait longer does not keep a place meanwhile.
const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(6);
/// As many channels may be busy as there are: each gives its place to another between two messages.
const LONGEST_WAIT_IN_CHANNEL: TimeDelta = TimeDelta::milliseconds(200);
/// So many windows are kept before those that are over are cleared away.
const WINDOWS: usize = 1_000;

/// Gives turns. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pacer {
    clock: Clock,
    is_on: bool,
    windows: Arc<Mutex<HashMap<Key, Window>>>,
}

/// A method in a workspace, or in one of its channels.
type Key = (TeamId, &'static str, Option<ChannelId>);

/// The turns that count, the oldest first; some are still to come.
#[derive(Debug)]
struct Window {
    bound: Bound,
    turns: VecDeque<DateTime<Utc>>,
}

/// A turn that comes late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Late {
    /// In so long.
    pub(crate) wait: Duration,
    /// For everything of this.
    pub(crate) scope: Scope,
}

impl Pacer {
    /// One that is off gives each turn at once.
    pub fn new(clock: Clock, is_on: bool) -> Self {
        Self { clock, is_on, windows: Arc::default() }
    }

    /// Returns when it is this call's turn. [`Late`]: it is too far off to wait for.
    pub(crate) async fn turn(
        &self,
        team: &TeamId,
        method: &'static str,
        tier: Tier,
        channel: Option<&ChannelId>,
    ) -> Result<(), Late> {
        let wait = self.book(team, method, tier, channel)?;
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
        Ok(())
    }

    fn book(
        &self,
        team: &TeamId,
        method: &'static str,
        tier: Tier,
        channel: Option<&ChannelId>,
    ) -> Result<Duration, Late> {
        if !self.is_on {
            return Ok(Duration::ZERO);
        }
        let now = self.clock.now();
        let longest = if channel.is_some() { LONGEST_WAIT_IN_CHANNEL } else { LONGEST_WAIT };
        let in_channel = channel.and_then(|channel| {
            let scope = Scope::channel(team, channel);
            Some(((team.clone(), method, Some(channel.clone())), tier.in_channel()?, scope))
        });
        let in_workspace = tier.in_workspace();
        let in_workspace = in_workspace
            .map(|bound| ((team.clone(), method, None), bound, Scope::method(team, method)));
        let bounds: Vec<_> = in_channel.into_iter().chain(in_workspace).collect();

        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= WINDOWS {
            windows.retain(|_, window| !window.is_over(now));
        }
        let mut turn = now;
        for (key, bound, scope) in &bounds {
            let Some(window) = windows.get_mut(key) else { continue };
            turn = turn.max(window.next(now));
            if turn - now > longest {
                let wait = (turn - now).to_std().unwrap_or(bound.span);
                return Err(Late { wait, scope: scope.clone() });
            }
        }
        for (key, bound, _) in bounds {
            let window =
                windows.entry(key).or_insert_with(|| Window { bound, turns: VecDeque::new() });
            window.turns.push_back(turn);
        }
        Ok((turn - now).to_std().unwrap_or_default())
    }
}

impl Window {
    /// The first moment at which one more is not too many.
    fn next(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        while self.turns.front().is_some_and(|turn| *turn + self.bound.span <= now) {
            self.turns.pop_front();
        }
        let in_the_way = self.turns.len().checked_sub(self.bound.most);
        in_the_way.map_or(now, |in_the_way| self.turns[in_the_way] + self.bound.span)
    }

    fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.turns.back().is_none_or(|turn| *turn + self.bound.span <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use shared::clock::ManualClock;

    const POST: &str = "chat.postMessage";

    fn pacer() -> (ManualClock, Pacer) {
        let manual = ManualClock::at(DateTime::UNIX_EPOCH);
        let pacer = Pacer::new(manual.clock(), true);
        (manual, pacer)
    }

    fn team() -> TeamId {
        "T0ACME".parse().expect("a team")
    }

    fn channel(id: &str) -> ChannelId {
        id.parse().expect("a channel")
    }

    fn post(pacer: &Pacer, id: &str) -> Result<Duration, Late> {
        pacer.book(&team(), POST, Tier::Posting, Some(&channel(id)))
    }

    #[test]
    fn a_channel_takes_five_at_once_and_the_next_ones_when_those_have_passed() {
        let (manual, pacer) = pacer();
        for _ in 0..5 {
            assert_eq!(post(&pacer, "C1"), Ok(Duration::ZERO));
        }
        let wait = Duration::from_millis(5_500);
        let late = Late { wait, scope: Scope::channel(&team(), &channel("C1")) };
        assert_eq!(post(&pacer, "C1"), Err(late));
        assert_eq!(post(&pacer, "C2"), Ok(Duration::ZERO));
        manual.advance(Duration::from_millis(5_400));
        assert_eq!(
            post(&pacer, "C1"),
            Ok(Duration::from_millis(100)),
            "it is not worth leaving for"
        );
    }

    #[test]
    fn a_turn_that_is_far_off_is_not_waited_for_and_not_taken() {
        let (manual, pacer) = pacer();
        let remove = || pacer.book(&team(), "reactions.remove", Tier::Two, None);
        for _ in 0..18 {
            assert_eq!(remove(), Ok(Duration::ZERO));
        }
        let scope = Scope::method(&team(), "reactions.remove");
        let late = Late { wait: Duration::from_mins(1), scope };
        assert_eq!((remove(), remove()), (Err(late.clone()), Err(late)));
        manual.advance(Duration::from_mins(1));
        assert_eq!(remove(), Ok(Duration::ZERO));
        // Another method has turns of its own, and so has another workspace.
        assert_eq!(pacer.book(&team(), "emoji.list", Tier::Two, None), Ok(Duration::ZERO));
    }

    #[test]
    fn windows_that_are_over_are_cleared_away() {
        let (manual, pacer) = pacer();
        for number in 0..2 * WINDOWS {
            assert!(post(&pacer, &format!("C{number}")).is_ok());
            manual.advance(Duration::from_secs(1));
        }
        assert!(pacer.windows.lock().expect("not poisoned").len() <= WINDOWS + 1);
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_its_bound(pauses in prop::collection::vec(0..3_000u64, 1..200)) {
            let (manual, pacer) = pacer();
            let mut turns: Vec<i64> = Vec::new();
            for pause in pauses {
                if let Ok(wait) = post(&pacer, "C1") {
                    turns.push(manual.clock().epoch_millis() + i64::try_from(wait.as_millis()).expect("short"));
                }
                manual.advance(Duration::from_millis(pause));
            }
            let bound = Tier::Posting.in_channel().expect("bounded");
            for burst in turns.windows(bound.most + 1) {
                prop_assert!(burst[bound.most] - burst[0] >= 5_500, "{burst:?}");
            }
        }
    }
}

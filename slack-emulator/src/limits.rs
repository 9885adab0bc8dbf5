//! How often each method may be called. <https://docs.slack.dev/apis/web-api/rate-limits>
//!
//! The limits are counted for each method and workspace, in windows that slide along with the time;
//! calls that are refused do not count. Slack lets pass more than it promises, and does not say how
//! much: what is promised is the limit here. It is off unless switched on.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use serde::Serialize;

use crate::ids::TeamId;
use crate::time::Stopwatch;

const MINUTE: Duration = Duration::from_mins(1);

/// How often a method may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Once a minute.
    One,
    /// 20 times a minute.
    Two,
    /// 50 times a minute.
    Three,
    /// 50 times a minute; once for apps that count as commercially distributed.
    /// <https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps>
    History,
    /// 100 times a minute.
    Four,
    /// "Generally 1 per second per channel", with short bursts, and "several hundred messages per
    /// minute" in a workspace.
    Posting,
    /// So often that no app gets there.
    Special,
}

/// How many posts in a row a channel takes, and in how long it could have taken them one by one.
const POSTS_IN_A_ROW: Bound = Bound { most: 5, span: Duration::from_secs(5) };
const POSTS_IN_A_WORKSPACE: Bound = Bound { most: 300, span: MINUTE };

#[derive(Clone, Copy)]
struct Bound {
    most: usize,
    span: Duration,
}

impl Bound {
    const fn per_minute(most: usize) -> Self {
        Self { most, span: MINUTE }
    }
}

/// A call that was refused for coming too soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OverLimit {
    /// The method that was called.
    pub method: String,
    /// The workspace of the token.
    pub team: TeamId,
    /// The channel that was posted in, if that is what was too much.
    pub channel: Option<String>,
    /// How many seconds the caller was told to wait.
    pub retry_after: u64,
    /// Whether the caller had been told to wait, and did not.
    pub came_back_early: bool,
    /// When, in microseconds since 1970.
    pub at_micros: u64,
}

/// What is counted: the calls of a method in a workspace, or the posts in one of its channels.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    team: TeamId,
    method: &'static str,
    channel: Option<String>,
}

#[derive(Default)]
struct Window {
    /// When the calls were made that still count, the oldest first.
    calls: VecDeque<Duration>,
    /// Until when the caller was told to wait.
    told_until: Duration,
}

/// A refusal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooSoon {
    pub(crate) channel: Option<String>,
    pub(crate) retry_after: u64,
    pub(crate) came_back_early: bool,
}

pub(crate) struct Limits {
    clock: Stopwatch,
    windows: HashMap<Key, Window>,
}

impl Limits {
    pub(crate) fn new() -> Self {
        Self { clock: Stopwatch::start(), windows: HashMap::new() }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
    }

    /// Counts a call, unless it comes too soon.
    pub(crate) fn admit(
        &mut self,
        team: &TeamId,
        method: &'static str,
        tier: Tier,
        channel: Option<&str>,
        is_distributed: bool,
    ) -> Result<(), TooSoon> {
        let now = self.clock.now();
        let whole = Key { team: team.clone(), method, channel: None };
        let bounds = match tier {
            Tier::Special => Vec::new(),
            Tier::One => vec![(whole, Bound::per_minute(1))],
            Tier::Two => vec![(whole, Bound::per_minute(20))],
            Tier::History if is_distributed => vec![(whole, Bound::per_minute(1))],
            Tier::Three | Tier::History => vec![(whole, Bound::per_minute(50))],
            Tier::Four => vec![(whole, Bound::per_minute(100))],
            Tier::Posting => {
                let in_channel = Key { channel: channel.map(str::to_owned), ..whole.clone() };
                vec![(in_channel, POSTS_IN_A_ROW), (whole, POSTS_IN_A_WORKSPACE)]
            }
        };
        for (key, bound) in &bounds {
            self.windows.entry(key.clone()).or_default().has_room(key, *bound, now)?;
        }
        for (key, _) in bounds {
            self.windows.entry(key).or_default().calls.push_back(now);
        }
        Ok(())
    }
}

impl Window {
    fn has_room(&mut self, key: &Key, bound: Bound, now: Duration) -> Result<(), TooSoon> {
        while self.calls.front().is_some_and(|oldest| *oldest + bound.span <= now) {
            self.calls.pop_front();
        }
        // The bound may have been another when the calls were counted.
        let Some(in_the_way) = self.calls.len().checked_sub(bound.most) else { return Ok(()) };
        let wait = (self.calls[in_the_way] + bound.span).saturating_sub(now);
        let retry_after = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
        let came_back_early = now < self.told_until;
        self.told_until = now + wait;
        Err(TooSoon { channel: key.channel.clone(), retry_after, came_back_early })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(limits: &mut Limits, tier: Tier, channel: &str) -> Result<(), TooSoon> {
        limits.admit(&"T1".into(), "a", tier, Some(channel), false)
    }

    fn passed(limits: &mut Limits, tier: Tier, channel: &str) -> usize {
        (0..1_000).take_while(|_| call(limits, tier, channel).is_ok()).count()
    }

    #[test]
    fn a_method_is_called_so_often_in_a_minute() {
        for (tier, most) in [(Tier::One, 1), (Tier::Two, 20), (Tier::Three, 50), (Tier::Four, 100)]
        {
            let mut limits = Limits::new();
            assert_eq!(passed(&mut limits, tier, "C1"), most);
            let late = call(&mut limits, tier, "C1").unwrap_err();
            assert_eq!((late.retry_after, late.came_back_early), (60, true));
            limits.advance(MINUTE);
            assert_eq!(passed(&mut limits, tier, "C1"), most);
        }
        assert_eq!(passed(&mut Limits::new(), Tier::Special, "C1"), 1_000);
    }

    #[test]
    fn another_method_and_another_workspace_are_not_held_up() {
        let mut limits = Limits::new();
        passed(&mut limits, Tier::Two, "C1");
        assert!(limits.admit(&"T2".into(), "a", Tier::Two, None, false).is_ok());
        assert!(limits.admit(&"T1".into(), "b", Tier::Two, None, false).is_ok());
    }

    #[test]
    fn a_channel_takes_a_few_posts_in_a_row_and_then_one_a_second() {
        let mut limits = Limits::new();
        assert_eq!(passed(&mut limits, Tier::Posting, "C1"), 5);
        assert_eq!(passed(&mut limits, Tier::Posting, "C2"), 5);
        let refusal = call(&mut limits, Tier::Posting, "C1").unwrap_err();
        assert_eq!((refusal.channel.as_deref(), refusal.retry_after), (Some("C1"), 5));
        limits.advance(Duration::from_secs(5));
        for _ in 0..20 {
            assert!(call(&mut limits, Tier::Posting, "C1").is_ok());
            limits.advance(Duration::from_secs(1));
        }
    }

    #[test]
    fn a_workspace_takes_some_hundred_posts_in_a_minute() {
        let mut limits = Limits::new();
        let posted: usize =
            (0..100).map(|at| passed(&mut limits, Tier::Posting, &format!("C{at}"))).sum();
        assert_eq!(posted, 300);
        assert_eq!(call(&mut limits, Tier::Posting, "C9000").unwrap_err().channel, None);
    }

    #[test]
    fn a_distributed_app_reads_one_history_a_minute() {
        let mut limits = Limits::new();
        let mut read = |is_distributed| {
            limits.admit(&"T1".into(), "a", Tier::History, None, is_distributed).is_ok()
        };
        assert!(read(false) && read(false) && !read(true) && read(false));
    }
}

//! Faults on request: which calls go wrong, how, and how often.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::chance::Chance;
use crate::ids::{ChannelId, TeamId};

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fault {
    /// The call takes effect late, somewhere between the two times.
    Latency {
        /// The shortest wait, in milliseconds.
        least_ms: u64,
        /// The longest wait, in milliseconds.
        most_ms: u64,
    },
    /// The call takes effect at once, but the answer comes late.
    LateAnswer {
        /// The wait, in milliseconds.
        delay_ms: u64,
    },
    /// HTTP 429 with `Retry-After`. <https://docs.slack.dev/apis/web-api/rate-limits>
    RateLimited {
        /// The seconds to wait.
        retry_after: u64,
    },
    /// An HTTP status such as 503.
    Status {
        /// The status.
        status: u16,
        /// Whether the call takes effect all the same.
        #[serde(default)]
        after_effect: bool,
    },
    /// `ok: false` with this error.
    Error {
        /// The error's code.
        code: String,
        /// Whether the call takes effect all the same, as Slack says it may on `internal_error`.
        #[serde(default)]
        after_effect: bool,
    },
    /// The call takes effect, then the connection is cut without an answer.
    AnswerLost,
    /// The connection is cut before the call takes effect.
    Cut,
}

impl Fault {
    /// Calls take effect this much later.
    pub fn latency(delay: Duration) -> Self {
        Self::latency_between(delay, delay)
    }

    /// Calls take effect later, by a random time between the two.
    pub fn latency_between(least: Duration, most: Duration) -> Self {
        Self::Latency { least_ms: millis(least), most_ms: millis(most) }
    }

    /// Calls take effect at once and are answered this much later.
    pub fn late_answer(delay: Duration) -> Self {
        Self::LateAnswer { delay_ms: millis(delay) }
    }

    /// Calls are refused with HTTP 429 and `Retry-After`.
    pub fn rate_limited(retry_after_seconds: u64) -> Self {
        Self::RateLimited { retry_after: retry_after_seconds }
    }

    /// Calls are refused with an HTTP status such as 503.
    pub fn status(status: u16) -> Self {
        Self::Status { status, after_effect: false }
    }

    /// Calls take effect and are answered with an HTTP status such as 503.
    pub fn status_after_effect(status: u16) -> Self {
        Self::Status { status, after_effect: true }
    }

    /// Calls are refused with one of Slack's errors.
    pub fn error(code: &str) -> Self {
        Self::Error { code: code.to_owned(), after_effect: false }
    }

    /// Calls take effect and are answered with one of Slack's errors.
    pub fn error_after_effect(code: &str) -> Self {
        Self::Error { code: code.to_owned(), after_effect: true }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Which calls a fault befalls, and how often.
///
/// ```
/// use slack_emulator::{Fault, FaultRule};
///
/// FaultRule::once(Fault::rate_limited(2)).on_method("chat.postMessage").in_channel("C0GENERAL");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The method, or any.
    #[serde(default)]
    pub method: Option<String>,
    /// The workspace of the token, or any.
    #[serde(default)]
    pub team: Option<TeamId>,
    /// The argument `channel`, or any or none.
    #[serde(default)]
    pub channel: Option<ChannelId>,
    /// How many matching calls pass first.
    #[serde(default)]
    pub skip: u32,
    /// How many matching calls it befalls then; `None` is all.
    #[serde(default)]
    pub times: Option<u32>,
    /// What goes wrong.
    pub fault: Fault,
}

impl FaultRule {
    /// Befalls the next matching call.
    pub fn once(fault: Fault) -> Self {
        Self::times(1, fault)
    }

    /// Befalls that many matching calls.
    pub fn times(times: u32, fault: Fault) -> Self {
        Self { times: Some(times), ..Self::always(fault) }
    }

    /// Befalls each matching call until it is cleared.
    pub fn always(fault: Fault) -> Self {
        Self { method: None, team: None, channel: None, skip: 0, times: None, fault }
    }

    /// Only calls of this method.
    #[must_use]
    pub fn on_method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only calls with this workspace's token.
    #[must_use]
    pub fn in_team(mut self, team: &str) -> Self {
        self.team = Some(team.into());
        self
    }

    /// Only calls that name this channel.
    #[must_use]
    pub fn in_channel(mut self, channel: &str) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// Lets that many matching calls pass first.
    #[must_use]
    pub fn after(mut self, calls: u32) -> Self {
        self.skip = calls;
        self
    }

    fn matches(&self, method: &str, team: Option<&TeamId>, channel: Option<&str>) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.team.as_ref().is_none_or(|wanted| team == Some(wanted))
            && self.channel.as_deref().is_none_or(|wanted| channel == Some(wanted))
    }
}

/// Names a rule, to clear it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FaultId(pub u64);

/// What befalls one call.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) wait_before: Duration,
    pub(crate) wait_after: Duration,
    /// The one fault that decides the answer.
    pub(crate) decisive: Option<Fault>,
}

pub(crate) struct Faults {
    rules: Vec<(FaultId, FaultRule)>,
    rules_so_far: u64,
    chance: Chance,
}

impl Faults {
    /// The generator is the faults' own, so that with a seed the same calls wait the same times.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self { rules: Vec::new(), rules_so_far: 0, chance: Chance::new(seed) }
    }

    pub(crate) fn add(&mut self, rule: FaultRule) -> FaultId {
        self.rules_so_far += 1;
        let id = FaultId(self.rules_so_far);
        self.rules.push((id, rule));
        id
    }

    pub(crate) fn remove(&mut self, id: FaultId) -> bool {
        let before = self.rules.len();
        self.rules.retain(|(other, _)| *other != id);
        self.rules.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn all(&self) -> &[(FaultId, FaultRule)] {
        &self.rules
    }

    /// Every matching wait adds up; of the rest the first that matches decides the answer. Rules
    /// that are used up are dropped.
    pub(crate) fn plan(
        &mut self,
        method: &str,
        team: Option<&TeamId>,
        channel: Option<&str>,
    ) -> Plan {
        let mut plan = Plan::default();
        for (_, rule) in &mut self.rules {
            let waits = matches!(rule.fault, Fault::Latency { .. } | Fault::LateAnswer { .. });
            if !rule.matches(method, team, channel) || (plan.decisive.is_some() && !waits) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if let Some(times) = &mut rule.times {
                *times = times.saturating_sub(1);
            }
            match &rule.fault {
                Fault::Latency { least_ms, most_ms } => {
                    let least = Duration::from_millis(*least_ms);
                    let most = Duration::from_millis(*most_ms);
                    plan.wait_before += self.chance.between(least, most);
                }
                Fault::LateAnswer { delay_ms } => {
                    plan.wait_after += Duration::from_millis(*delay_ms);
                }
                decisive => plan.decisive = Some(decisive.clone()),
            }
        }
        self.rules.retain(|(_, rule)| rule.times != Some(0));
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(faults: &mut Faults, method: &str, team: &str, channel: &str) -> Option<Fault> {
        faults.plan(method, Some(&team.into()), Some(channel)).decisive
    }

    #[test]
    fn a_rule_befalls_the_calls_it_names_as_often_as_it_says() {
        let mut faults = Faults::new(Some(1));
        let rule = FaultRule::times(2, Fault::Cut).on_method("a").in_team("T1").in_channel("C1");
        faults.add(rule.after(1));
        for (method, team, channel) in [("b", "T1", "C1"), ("a", "T2", "C1"), ("a", "T1", "C2")] {
            assert_eq!(decided(&mut faults, method, team, channel), None);
        }
        let outcomes: Vec<_> =
            (0..4).map(|_| decided(&mut faults, "a", "T1", "C1").is_some()).collect();
        assert_eq!(outcomes, [false, true, true, false]);
        assert!(faults.all().is_empty());
    }

    #[test]
    fn waits_add_up_and_the_first_other_fault_decides() {
        let mut faults = Faults::new(Some(1));
        faults.add(FaultRule::always(Fault::latency(Duration::from_millis(2))));
        faults.add(FaultRule::always(Fault::status(503)));
        faults.add(FaultRule::always(Fault::Cut));
        faults.add(FaultRule::always(Fault::latency(Duration::from_millis(3))));
        let plan = faults.plan("a", None, None);
        assert_eq!(plan.wait_before, Duration::from_millis(5));
        assert_eq!(plan.decisive, Some(Fault::status(503)));
    }

    #[test]
    fn random_waits_follow_the_seed() {
        let draw = |seed| {
            let mut faults = Faults::new(Some(seed));
            let range = Fault::latency_between(Duration::ZERO, Duration::from_mins(1));
            faults.add(FaultRule::always(range));
            (0..4).map(|_| faults.plan("a", None, None).wait_before).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}

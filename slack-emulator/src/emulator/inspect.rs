//! Looking: what was said, asked and sent, and waiting until it was.

use std::time::Duration;

use super::SlackEmulator;
use crate::events::WaitingRetry;
use crate::home;
use crate::limits::OverLimit;
use crate::record::{ApiCall, Delivery};
use crate::shown::ShownMessage;
use crate::violation::Violation;

/// What was waited for did not come.
#[derive(Debug, thiserror::Error)]
#[error(
    "the condition did not hold within {waited:?}; so far {calls} calls, {deliveries} attempts to \
     deliver, {undelivered} events under way, violations: {violations:?}"
)]
pub struct TimedOut {
    waited: Duration,
    calls: usize,
    deliveries: usize,
    undelivered: usize,
    violations: Vec<String>,
}

impl SlackEmulator {
    /// All messages and replies of a channel, oldest first.
    ///
    /// # Panics
    ///
    /// If there is no such workspace or channel.
    #[track_caller]
    pub fn messages(&self, team: &str, channel: &str) -> Vec<ShownMessage> {
        let messages = self.core.read(|state| {
            let workspace = state.world.workspace(team)?;
            let channel = workspace.channels.get(channel)?;
            let shown = |message| ShownMessage::of(&state.world.app, workspace, message);
            Some(channel.messages().map(shown).collect())
        });
        messages.unwrap_or_else(|| panic!("there is no channel {channel} in {team}"))
    }

    /// How many messages and replies a channel has: cheaper than to look at them all.
    ///
    /// # Panics
    ///
    /// If there is no such workspace or channel.
    #[track_caller]
    pub fn message_count(&self, team: &str, channel: &str) -> usize {
        let count = self.core.read(|state| {
            Some(state.world.workspace(team)?.channels.get(channel)?.message_count())
        });
        count.unwrap_or_else(|| panic!("there is no channel {channel} in {team}"))
    }

    /// Every call of the Web API, in the order in which they took effect.
    pub fn calls(&self) -> Vec<ApiCall> {
        self.core.read(|state| state.records.calls().all())
    }

    /// Every call of one method.
    pub fn calls_of(&self, method: &str) -> Vec<ApiCall> {
        self.calls().into_iter().filter(|call| call.method == method).collect()
    }

    /// Every attempt to deliver an event, in the order in which their outcomes were known.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.core.read(|state| state.records.deliveries.all())
    }

    /// How many attempts to deliver there were: cheaper than to look at them all.
    pub fn delivery_count(&self) -> usize {
        self.core.read(|state| state.records.deliveries.len())
    }

    /// The retries that wait for their time, the next one first.
    pub fn waiting_retries(&self) -> Vec<WaitingRetry> {
        self.core.read(|state| state.courier.waiting_retries())
    }

    /// How many events are neither acknowledged nor given up.
    pub fn undelivered(&self) -> usize {
        self.core.read(|state| state.courier.undelivered())
    }

    /// What the bot told someone in a conversation with them alone.
    pub fn told(&self, team: &str, user: &str) -> Vec<String> {
        self.core.read(|state| {
            let Some(workspace) = state.world.workspace(team) else { return Vec::new() };
            let bot = &workspace.installation.bot_user;
            let told = workspace.told.iter().filter(|told| told.from == *bot && told.to == *user);
            told.map(|told| told.text.clone()).collect()
        })
    }

    /// What somebody sees on the app's Home tab, if anything was published to them.
    pub fn home(&self, team: &str, user: &str) -> Option<serde_json::Value> {
        self.core.read(|state| home::shown(state, team, user))
    }

    /// Every breach of Slack's rules by the app.
    pub fn violations(&self) -> Vec<Violation> {
        self.core.read(|state| state.records.violations.all())
    }

    /// Every call that came too soon for [`crate::Switches::rate_limits`]. Faults are not counted.
    pub fn over_limit(&self) -> Vec<OverLimit> {
        self.core.read(|state| state.records.over_limit.all())
    }

    /// Forgets calls, deliveries, violations and calls that came too soon.
    pub fn clear_records(&self) {
        self.core.change(|state| state.records.forget());
    }

    /// Waits until something is so, looking again whenever anything has changed.
    ///
    /// ```no_run
    /// # async fn wait(slack: &slack_emulator::SlackEmulator) -> Result<(), slack_emulator::TimedOut> {
    /// use std::time::Duration;
    ///
    /// slack.wait_until(|slack| slack.message_count("T0B", "C0B") == 2, Duration::from_secs(5)).await
    /// # }
    /// ```
    pub async fn wait_until(
        &self,
        mut condition: impl FnMut(&Self) -> bool + Send,
        timeout: Duration,
    ) -> Result<(), TimedOut> {
        let mut revisions = self.core.revisions();
        let waiting = async move {
            loop {
                revisions.mark_unchanged();
                if condition(self) || revisions.changed().await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(timeout, waiting).await.map_err(|_| {
            self.core.read(|state| TimedOut {
                waited: timeout,
                calls: state.records.calls().len(),
                deliveries: state.records.deliveries.len(),
                undelivered: state.courier.undelivered(),
                violations: state
                    .records
                    .violations
                    .all()
                    .into_iter()
                    .map(|violation| format!("{}: {}", violation.method, violation.detail))
                    .collect(),
            })
        })
    }
}

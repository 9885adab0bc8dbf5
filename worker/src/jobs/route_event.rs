//! Routes one event: finds who gets it, and writes post, copies and their jobs in one transaction.
//! Database only; the network belongs to the jobs that it makes.

mod change;
mod create;
mod mirrored;
mod own;
mod reaction;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::failpoint;
use shared::ids::{ChannelId, SlackTs, TeamId};
use shared::slack::events::{MessageEvent, ReactionEvent, TypeOf};
use shared::tables::sync_channels::{self, Routes, Target};
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{copies, pauses, posts};

use crate::context::FencedTx;
use crate::sync::action::SyncAction;
use crate::sync::whose::{self, Whose};
use crate::{Done, Failure, JobContext};

/// Slack tries to hand an event over at once, after one minute and after five more
/// (docs.slack.dev/apis/events-api): a root that did not come by then was lost, or is older than the sync. One
/// that comes after all is put in the place of what stands for it.
const ROOTS_COME_WITHIN: TimeDelta = TimeDelta::minutes(10);
/// With the app's setting *Delayed Events*, Slack goes on trying every hour for a day: what became of a message
/// is not forgotten before. Otherwise one that was deleted meanwhile would appear.
const MESSAGES_COME_WITHIN: TimeDelta = TimeDelta::minutes(25 * 60);
/// What waits for a message looks so often whether it has come, should its own wake-up miss it (it may be a copy,
/// which another lane makes): at first, and then when an eighth of the time has passed again.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(30);

/// As much of an envelope as is needed: what was found in a history has no more.
#[derive(Deserialize)]
struct Envelope<E> {
    team_id: TeamId,
    event: E,
}

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = cx.job.payload()?;
    let Envelope { team_id, event: TypeOf { kind } } = read::<TypeOf>(payload)?;
    let (action, at) = read_action(kind.as_deref(), payload)?;
    let mut tx = cx.begin().await?;
    let channel = match &action {
        SyncAction::Create(create) => create.channel.clone(),
        SyncAction::Change(change) => change.channel.clone(),
        SyncAction::React(reaction) => reaction.channel.clone(),
        SyncAction::Ignore(reason) => {
            tracing::debug!(reason, "event ignored");
            return cx.done(tx).await;
        }
    };
    let Some((Whose { workspace: source, channel }, routes)) =
        way_out(&mut tx, payload, &team_id, &channel, at).await?
    else {
        tracing::debug!("event ignored: its workspace is not installed");
        return cx.done(tx).await;
    };
    let routing = Routing { cx, source, channel, routes };
    if !pauses::stay_open(&mut tx, &routing.routes.paused).await? {
        return Err(Failure::Again);
    }
    let is_own = match &action {
        SyncAction::Create(create) if !create.body.files.is_empty() => {
            routing.is_own_share(&mut tx, create).await?
        }
        SyncAction::Create(create) => routing.is_own_voice(&mut tx, create).await?,
        _ => false,
    };
    let outcome = match action {
        _ if is_own => Routed::Written,
        // What is said while nobody is to hear it is not said again later; what became of it is.
        SyncAction::Create(_) if routing.routes.targets.is_empty() => Routed::Written,
        SyncAction::React(_) if !routing.routes.lead_anywhere => Routed::Written,
        SyncAction::Create(create) => routing.create(&mut tx, create).await?,
        SyncAction::Change(change) => routing.change(&mut tx, change, at).await?,
        SyncAction::React(reaction) => routing.react(&mut tx, reaction).await?,
        SyncAction::Ignore(_) => Routed::Written,
    };
    match outcome {
        Routed::Written => {
            failpoint!("route.before_commit");
            cx.done(tx).await.inspect(|_| failpoint!("route.committed"))
        }
        Routed::Waits { ts, until, reason } => {
            let key = posts::wait_key(&routing.source.team_id, &routing.channel, &ts);
            cx.park(tx, &key, until.timestamp_millis(), reason).await
        }
    }
}

/// Whose event it is, and where it leads. `None`: nobody's here.
async fn way_out(
    tx: &mut FencedTx,
    payload: &str,
    team: &TeamId,
    channel: &ChannelId,
    at: i64,
) -> Result<Option<(Whose, Routes)>, Failure> {
    // What was said before it uninstalled the app was acknowledged, and goes its way.
    if let Some(workspace) = workspaces::any_by_team(tx, team).await? {
        let routes = sync_channels::routes(tx, &workspace.id, channel, at).await?;
        // As good as always: nobody has to be looked for.
        if routes.lead_anywhere {
            return Ok(Some((Whose { workspace, channel: channel.clone() }, routes)));
        }
    }
    let Some(whose) = whose::find(tx, payload, team, channel).await? else { return Ok(None) };
    let routes = sync_channels::routes(tx, &whose.workspace.id, &whose.channel, at).await?;
    Ok(Some((whose, routes)))
}

/// What an event asks for, and when it happened.
fn read_action(kind: Option<&str>, payload: &str) -> Result<(SyncAction, i64), Failure> {
    let is_present = match kind {
        Some("reaction_added") => true,
        Some("reaction_removed") => false,
        _ => {
            let event = read::<MessageEvent>(payload)?.event;
            let at = event.happened_at().micros();
            return Ok((SyncAction::from(event), at));
        }
    };
    let event = read::<ReactionEvent>(payload)?.event;
    let at = event.event_ts.micros();
    Ok((SyncAction::of_reaction(event, is_present), at))
}

fn read<E: DeserializeOwned>(payload: &str) -> Result<Envelope<E>, Failure> {
    // serde would quote what it cannot read, and that is what people wrote.
    serde_json::from_str(payload).map_err(|error| {
        let (class, line, column) = (error.classify(), error.line(), error.column());
        Failure::dead(format!(
            "the event cannot be read: {class:?} at line {line}, column {column}"
        ))
    })
}

/// What became of an event.
enum Routed {
    /// Everything that follows from it is written.
    Written,
    /// The message that stands there has to come first.
    Waits { ts: SlackTs, until: DateTime<Utc>, reason: &'static str },
}

/// An event of a channel that is in step with others.
struct Routing<'r> {
    cx: &'r JobContext<'r>,
    source: Workspace,
    channel: ChannelId,
    routes: Routes,
}

impl Routing<'_> {
    /// Where it happened.
    fn place(&self) -> Target {
        Target {
            workspace_id: self.source.id.clone(),
            team_id: self.source.team_id.clone(),
            channel_id: self.channel.clone(),
        }
    }

    /// Until when to wait for a message that is not known: Slack may still hand it over, within so long after it
    /// was said. `None`: it will not come, is older than the sync, or was said while nobody was to hear it.
    async fn may_come(
        &self,
        tx: &mut FencedTx,
        ts: &SlackTs,
        within: TimeDelta,
    ) -> Result<Option<DateTime<Utc>>, Failure> {
        let queue_now = self.cx.services.queue.time().now();
        let now = DateTime::from_timestamp_millis(queue_now).unwrap_or_default();
        let said_at = DateTime::from_timestamp_micros(ts.micros()).unwrap_or_default();
        let since = sync_channels::publishes_since(tx, &self.source.id, &self.channel).await?;
        let stops_at = said_at + within;
        if since.is_none_or(|since| since > said_at) || now >= stops_at {
            return Ok(None);
        }
        let then = sync_channels::routes(tx, &self.source.id, &self.channel, ts.micros()).await?;
        // Or it is a copy: those come from where others were heard.
        let is_awaited = !then.targets.is_empty()
            || copies::are_in_doubt(tx, &self.source.id, &self.channel).await?;
        let until = stops_at.min(now + LOOK_EVERY.max((now - said_at) / 8));
        Ok(is_awaited.then_some(until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        let payload = r#"{"team_id": "T1", "api_app_id": "A1", "event_id": "Ev1",
            "event": {"channel": "C1", "ts": "1.000001", "text": ["between us"], "user": "confidential"}}"#;
        let Err(Failure::Dead { reason }) = read::<MessageEvent>(payload) else {
            panic!("unreadable")
        };
        assert!(reason.contains("line 2"), "{reason}");
        assert!(!reason.contains("between us") && !reason.contains("confidential"), "{reason}");
    }
}

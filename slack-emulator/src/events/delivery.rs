//! The tasks that carry events to the app.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

use super::courier::{Errand, Event, EventState, LaneKey, Retry, Start};
use super::envelope::{envelope, rate_limited};
use super::post::{self, RETRY_NUM, RETRY_REASON, RetryReason};
use super::signature::{Signature, sign};
use crate::core::{Change, Core, State};
use crate::ids::{ChannelId, EventId, TeamId, Ts};
use crate::record::Delivery;
use crate::settings::Settings;
use crate::switches::{EventOrder, Switches};
use crate::time::{now_micros, now_seconds};

/// Sends an event to the app, as often and in which order the switches say. The channel that it
/// happened in, if it was in one, may be gone by now.
pub(crate) fn emit(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel: Option<&ChannelId>,
    event: &Map<String, Value>,
) {
    let Some(workspace) = state.world.workspaces.get(team) else { return };
    if state.courier.request_url.is_none() || state.switches.lose_events {
        let lost = state.courier.request_url.is_some();
        let outcome = if lost { EventState::Lost } else { EventState::NoRequestUrl };
        state.courier.set_newest(team, outcome);
        core.tell_delivery(state, team);
        return;
    }
    if state.switches.events_limited_in.as_ref() == Some(team) {
        tell_limited(core, state, team, channel, event);
        return;
    }
    let mut starts = Vec::new();
    for _ in 0..state.switches.events_per_message {
        let id = state.chance.event_id();
        let body = envelope(&state.world.app, workspace, channel, event, &id, now_seconds());
        let event = Event {
            team: team.clone(),
            channel: channel.cloned(),
            body,
            first_signature: None,
            open: if state.switches.duplicate_events { 2 } else { 1 },
        };
        let hold = core.settings.reorder_hold;
        starts.extend(state.courier.accept(&id, event, state.switches.event_order, hold));
        state.courier.set_newest(team, EventState::Sending { event_id: id });
    }
    core.tell_delivery(state, team);
    if state.switches.event_order == EventOrder::SwappedPairs {
        // What is held back waits in the schedule.
        core.alarm.notify_one();
    }
    set_going(core, starts);
}

/// An event of a workspace of which too many were sent is lost; the app is told once of each such minute.
fn tell_limited(
    core: &Arc<Core>,
    state: &mut State,
    team: &TeamId,
    channel: Option<&ChannelId>,
    event: &Map<String, Value>,
) {
    let Some(workspace) = state.world.workspaces.get(team) else { return };
    let happened_at = event.get("event_ts").and_then(Value::as_str).unwrap_or_default();
    let seconds = Ts::from(happened_at).micros().map_or_else(now_seconds, |at| at / 1_000_000);
    let minute = seconds - seconds % 60;
    state.courier.set_newest(team, EventState::Lost);
    if state.courier.limited_minutes.insert((team.clone(), minute)) {
        let id = state.chance.event_id();
        let body = rate_limited(&state.world.app, workspace, minute);
        let (team, channel) = (team.clone(), channel.cloned());
        let notice = Event { team, channel, body, first_signature: None, open: 1 };
        let hold = core.settings.reorder_hold;
        let starts = state.courier.accept(&id, notice, EventOrder::Concurrent, hold);
        set_going(core, starts);
    }
    core.tell_delivery(state, team);
}

/// Sends an event once more, at once, as if it were new. Returns whether there is such an event.
pub(crate) fn redeliver(core: &Arc<Core>, state: &mut State, event_id: &EventId) -> bool {
    if !state.courier.reopen(event_id) {
        return false;
    }
    set_going(core, [Start::Errand(Errand { event_id: event_id.clone(), retry: None })]);
    true
}

fn set_going(core: &Arc<Core>, starts: impl IntoIterator<Item = Start>) {
    for start in starts {
        match start {
            Start::Lane(key) => core.spawn(work_lane(Arc::clone(core), key)),
            Start::Errand(errand) => core.spawn(attempt(Arc::clone(core), errand)),
        }
    }
}

/// Sends the first attempts of a lane one after the other. Retries do not come back here, so an
/// event that failed holds up the next one no longer than its first attempt.
async fn work_lane(core: Arc<Core>, key: LaneKey) {
    while let Some(event_id) = core.change(|state| state.courier.next_in(&key)) {
        attempt(Arc::clone(&core), Errand { event_id, retry: None }).await;
    }
}

/// Sets going what has become due, then sleeps until the next thing is or the schedule changes.
pub(crate) async fn keep_schedule(core: Arc<Core>) {
    loop {
        let (starts, wait) = core.change(|state| state.courier.take_due());
        set_going(&core, starts);
        let changed = core.alarm.notified();
        match wait {
            None => changed.await,
            Some(wait) => {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = changed => {}
                }
            }
        }
    }
}

struct Parcel {
    url: Url,
    headers: HeaderMap,
    body: bytes::Bytes,
    signature_timestamp: i64,
}

fn pack(settings: &Settings, state: &mut State, errand: &Errand) -> Option<Parcel> {
    let url = state.courier.request_url.clone()?;
    let event = state.courier.events.get_mut(&errand.event_id)?;
    let kept = event.first_signature.as_ref();
    let kept = kept.filter(|_| errand.retry.is_some() && !state.switches.retries_are_resigned);
    let signature = kept.cloned().unwrap_or_else(|| fresh(settings, &state.switches, &event.body));
    event.first_signature.get_or_insert_with(|| signature.clone());
    let mut headers = post::headers(&signature);
    if let Some(retry) = errand.retry {
        headers.insert(RETRY_NUM, HeaderValue::from(retry.number));
        headers.insert(RETRY_REASON, HeaderValue::from_static(retry.reason.as_str()));
    }
    let body = event.body.clone();
    Some(Parcel { url, headers, body, signature_timestamp: signature.timestamp })
}

fn fresh(settings: &Settings, switches: &Switches, body: &[u8]) -> Signature {
    let now = i64::try_from(now_seconds()).expect("the year is far from overflowing");
    let timestamp = now.saturating_add(switches.signature_skew_seconds);
    sign(&settings.signing_secret, timestamp, body)
}

/// Sends what somebody did with a button, once, as a form; returns the status, or `Some(None)` if the app does not
/// answer within three seconds. `None`: there is nowhere to send it to.
/// <https://docs.slack.dev/interactivity/handling-user-interaction>
pub(crate) async fn interact(core: &Core, payload: &Value) -> Option<Option<u16>> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    let (url, signature) = core.read(|state| {
        let signature = fresh(&core.settings, &state.switches, body.as_bytes());
        (state.courier.request_url.clone(), signature)
    });
    let mut headers = post::headers(&signature);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let answer =
        post::send(&core.client, url?, headers, body.into(), core.settings.event_timeout).await;
    Some(answer.ok().map(|answer| answer.status.as_u16()))
}

async fn attempt(core: Arc<Core>, errand: Errand) {
    let packed = core.change(|state| {
        let packed = pack(&core.settings, state, &errand);
        if packed.is_none() {
            state.courier.close(&errand.event_id);
        }
        packed
    });
    let Some(Parcel { url, headers, body, signature_timestamp }) = packed else { return };
    let sent_at_micros = now_micros();
    let answer = post::send(&core.client, url, headers, body, core.settings.event_timeout).await;
    let (status, no_retry, failure) = match answer {
        Ok(answer) if answer.status.is_success() => (Some(answer.status.as_u16()), false, None),
        Ok(answer) => (Some(answer.status.as_u16()), answer.no_retry, Some(RetryReason::HttpError)),
        Err(reason) => (None, false, Some(reason)),
    };
    core.change(|state| {
        let Some(event) = state.courier.events.get(&errand.event_id) else { return };
        let team = event.team.clone();
        state.records.deliveries.push(Delivery {
            event_id: errand.event_id.clone(),
            team: team.clone(),
            channel: event.channel.clone(),
            attempt: errand.retry.map_or(1, |retry| retry.number + 1),
            retry_reason: errand.retry.map(|retry| retry.reason),
            status,
            failure,
            signature_timestamp,
            sent_at_micros,
            answered_at_micros: now_micros(),
        });
        let outcome = conclude(&core, state, &errand, failure, no_retry);
        if state.courier.update_newest(&team, outcome) {
            core.tell_delivery(state, &team);
        }
    });
}

/// Decides what follows from an attempt.
fn conclude(
    core: &Core,
    state: &mut State,
    errand: &Errand,
    failure: Option<RetryReason>,
    no_retry: bool,
) -> EventState {
    let event_id = errand.event_id.clone();
    let Some(reason) = failure else {
        state.courier.close(&event_id);
        return EventState::Delivered { event_id };
    };
    let number = errand.retry.map_or(1, |retry| retry.number + 1);
    let delay = delay_before(&core.settings, &state.switches, number).filter(|_| !no_retry);
    let Some(delay) = delay else {
        state.courier.close(&event_id);
        return EventState::GivenUp { event_id, reason };
    };
    let retry = Some(Retry { number, reason });
    state.courier.retry_after(delay, Errand { event_id: event_id.clone(), retry });
    core.alarm.notify_one();
    EventState::Retrying { event_id, number, reason, due_in_ms: delay.as_millis() }
}

/// The wait before a retry, if it is made at all.
fn delay_before(settings: &Settings, switches: &Switches, number: u32) -> Option<Duration> {
    let at = usize::try_from(number).ok()?.checked_sub(1)?;
    if let Some(delay) = settings.retry_delays.get(at) {
        return Some(*delay);
    }
    let further = at - settings.retry_delays.len();
    let further = u32::try_from(further).ok()?;
    (switches.delayed_events && further < settings.delayed_retries)
        .then_some(settings.delayed_retry_every)
}

impl Core {
    /// Tells the page what became of a workspace's newest event.
    pub(crate) fn tell_delivery(&self, state: &State, team: &TeamId) {
        if self.is_watched()
            && let Some(delivery) = state.courier.newest(team)
        {
            self.tell(|| Change::Delivery { team: team.clone(), delivery });
        }
    }
}

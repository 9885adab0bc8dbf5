//! What there is to steer: faults, switches, time, and where events go.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::reply::{Refused, Reply, done, read, refused};
use crate::core::{Change, Core};
use crate::events::{self, RequestUrlError};
use crate::faults::{FaultId, FaultRule};
use crate::ids::EventId;
use crate::switches::Switches;

pub(super) async fn faults(State(core): State<Arc<Core>>) -> Json<Value> {
    let rules: Vec<_> = core.read(|state| {
        let rules = state.faults.all().iter();
        rules.map(|(id, rule)| json!({ "id": id, "rule": rule })).collect()
    });
    Json(json!({ "faults": rules }))
}

pub(super) async fn add_fault(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let rule: FaultRule = read(body)?;
    let id = core.change(|state| state.faults.add(rule));
    Ok(Json(json!({ "ok": true, "id": id })))
}

pub(super) async fn remove_fault(State(core): State<Arc<Core>>, Path(id): Path<u64>) -> Reply {
    let was_there = core.change(|state| state.faults.remove(FaultId(id)));
    was_there.then(done).ok_or_else(|| Refused(format!("there is no fault {id}")))
}

pub(super) async fn clear_faults(State(core): State<Arc<Core>>) -> Json<Value> {
    core.change(|state| state.faults.clear());
    done()
}

pub(super) async fn switches(State(core): State<Arc<Core>>) -> Json<Value> {
    Json(json!(core.read(|state| state.switches.clone())))
}

/// Takes the switches that are named and leaves the others as they are.
pub(super) async fn change_switches(
    State(core): State<Arc<Core>>,
    Json(named): Json<Map<String, Value>>,
) -> Reply {
    core.change(|state| {
        let mut all = json!(state.switches);
        if let Value::Object(all) = &mut all {
            all.extend(named);
        }
        state.switches = read::<Switches>(all)?;
        Ok(Json(json!(state.switches)))
    })
}

#[derive(Deserialize)]
struct Advance {
    seconds: u64,
}

pub(super) async fn advance_time(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Advance { seconds } = read(body)?;
    advance(&core, Duration::from_secs(seconds));
    Ok(done())
}

/// Makes what waits in the schedule due that much earlier, and rate limits, tokens and codes end.
pub(crate) fn advance(core: &Core, by: Duration) {
    core.change(|state| {
        state.courier.advance(by);
        state.limits.advance(by);
        state.clock.advance(by);
        for team in state.world.workspaces.keys() {
            core.tell_delivery(state, team);
        }
    });
    core.alarm.notify_one();
}

#[derive(Deserialize)]
struct Redeliver {
    event_id: EventId,
}

pub(super) async fn redeliver(State(core): State<Arc<Core>>, Json(body): Json<Value>) -> Reply {
    let Redeliver { event_id } = read(body)?;
    let known = core.change(|state| events::redeliver(&core, state, &event_id));
    known.then(done).ok_or_else(|| Refused(format!("there is no event {event_id}")))
}

#[derive(Deserialize)]
struct RequestUrl {
    url: String,
    #[serde(default = "yes")]
    verify: bool,
}

fn yes() -> bool {
    true
}

pub(super) async fn put_request_url(
    State(core): State<Arc<Core>>,
    Json(body): Json<Value>,
) -> Reply {
    let RequestUrl { url, verify } = read(body)?;
    set_request_url(&core, &url, verify).await.map_err(refused)?;
    Ok(done())
}

/// Sets where events are sent, if asked for only once the app there has echoed the challenge.
pub(crate) async fn set_request_url(
    core: &Arc<Core>,
    url: &str,
    verify: bool,
) -> Result<(), RequestUrlError> {
    let url = events::read_url(url)?;
    if verify {
        events::verify(core, url.clone()).await?;
    }
    core.change(|state| state.courier.request_url = Some(url));
    core.tell(|| Change::Stage);
    Ok(())
}

//! What surrounds every method: reading the request, finding the method and the workspace, the
//! faults that befall the call, and what is remembered of it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, Method as HttpMethod, Response, StatusCode, Uri};

use super::answer::Answer;
use super::call::Call;
use super::error::ApiError;
use super::methods::{self, Method};
use super::received::Received;
use crate::core::{Core, State};
use crate::faults::Fault;
use crate::ids::TeamId;
use crate::limits::{OverLimit, TooSoon};
use crate::record::{ApiCall, Outcome};
use crate::server::CutConnection;
use crate::time::now_micros;
use crate::violation::{Breach, Violation, ViolationKind};

/// Answers a request. The work goes on if the caller hangs up meanwhile, as it does at Slack.
pub(super) async fn answer(
    Shared(core): Shared<Arc<Core>>,
    Path(method): Path<String>,
    http_method: HttpMethod,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let arrived_at_micros = now_micros();
    let received = Received::read(method, http_method, &uri, &headers, &body);
    let work = serve(core, received, arrived_at_micros);
    tokio::spawn(work).await.unwrap_or_else(|_| {
        // Only if the runtime is ending.
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

async fn serve(core: Arc<Core>, mut received: Received, arrived_at_micros: u64) -> Response<Body> {
    let method = methods::method(&received.method);
    let overlooked = method.and_then(|method| received.fit(method.kind));
    let (caller, plan) = core.change(|state| {
        let workspace = received.token.as_ref().and_then(|token| state.world.by_token(token));
        let caller = workspace.map(|workspace| workspace.id.clone());
        let channel = received.arguments.text("channel").ok().flatten();
        let plan = state.faults.plan(&received.method, caller.as_ref(), channel);
        (caller, plan)
    });
    pause(plan.wait_before).await;

    let mut breaches: Vec<_> = overlooked.into_iter().collect();
    let (answer, number, scopes) = core.change(|state| {
        let scopes = granted(state, caller.as_ref());
        let spoiled = plan.decisive.as_ref().and_then(refusal);
        let limited = || too_soon(state, method, caller.as_ref(), &received);
        let mut answer = spoiled.or_else(limited).unwrap_or_else(|| {
            run(&core, state, method, caller.as_ref(), &mut received, &mut breaches)
        });
        if let Some(late) = plan.decisive.as_ref().and_then(spoiling) {
            answer = late;
        }
        let record = ApiCall {
            number: 0,
            method: received.method.clone(),
            team: caller.clone(),
            arguments: received.arguments.record(),
            outcome: answer.outcome.clone(),
            arrived_at_micros,
            answered_at_micros: None,
        };
        remember_breaches(state, &received.method, caller.as_ref(), breaches);
        (answer, state.records.add_call(record), scopes)
    });
    pause(plan.wait_after).await;

    if matches!(answer.outcome, Outcome::AnswerLost | Outcome::Cut) {
        return CutConnection::response();
    }
    core.change(|state| state.records.answered(number, now_micros()));
    answer.into_response(&scopes, method.map_or(&[], |method| method.scopes))
}

/// A timer counts in milliseconds, and rounds up: no wait is none only without one.
async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

fn granted(state: &State, caller: Option<&TeamId>) -> Vec<String> {
    let workspace = caller.and_then(|team| state.world.workspace(team));
    workspace.map(|workspace| workspace.installation.scopes.clone()).unwrap_or_default()
}

/// The answer of a fault that keeps the call from taking effect.
fn refusal(fault: &Fault) -> Option<Answer> {
    match fault {
        Fault::RateLimited { retry_after } => Some(Answer::rate_limited(*retry_after)),
        Fault::Status { status, after_effect: false } => Some(Answer::status(*status)),
        Fault::Error { code, after_effect: false } => Some(made_up(code)),
        Fault::Cut => Some(Answer::none(Outcome::Cut)),
        _ => None,
    }
}

/// The answer of a fault that lets the call take effect first.
fn spoiling(fault: &Fault) -> Option<Answer> {
    match fault {
        Fault::Status { status, after_effect: true } => Some(Answer::status(*status)),
        Fault::Error { code, after_effect: true } => Some(made_up(code)),
        Fault::AnswerLost => Some(Answer::none(Outcome::AnswerLost)),
        _ => None,
    }
}

/// The answer to a call that comes too soon, if limits are kept. The call has no effect.
fn too_soon(
    state: &mut State,
    method: Option<&Method>,
    caller: Option<&TeamId>,
    received: &Received,
) -> Option<Answer> {
    let (method, team) = (method?, caller?);
    if !state.switches.rate_limits {
        return None;
    }
    let channel = received.arguments.text("channel").ok().flatten();
    let is_distributed = state.switches.history_page.is_some();
    let admitted = state.limits.admit(team, method.name, method.tier, channel, is_distributed);
    let TooSoon { channel, retry_after, came_back_early } = admitted.err()?;
    state.records.over_limit.push(OverLimit {
        method: method.name.to_owned(),
        team: team.clone(),
        channel,
        retry_after,
        came_back_early,
        at_micros: now_micros(),
    });
    Some(Answer::rate_limited(retry_after))
}

fn made_up(code: &str) -> Answer {
    Answer::error(&ApiError::plain(code.to_owned()), &[], &[])
}

fn run(
    core: &Arc<Core>,
    state: &mut State,
    method: Option<&Method>,
    caller: Option<&TeamId>,
    received: &mut Received,
    breaches: &mut Vec<Breach>,
) -> Answer {
    let scopes = granted(state, caller);
    let mut warnings = std::mem::take(&mut received.warnings);
    let result = admit(method, caller, &scopes, received).and_then(|(method, team)| {
        let mut call = Call::new(core, state, team.clone(), &received.arguments);
        let result = (method.run)(&mut call);
        warnings.append(&mut call.warnings);
        breaches.extend(call.into_breaches(result.is_ok()));
        result
    });
    match result {
        Ok(fields) => Answer::ok(fields, &warnings),
        Err(mut error) => {
            breaches.extend(error.breach.take());
            Answer::error(&error, &scopes, &warnings)
        }
    }
}

/// Whether the call may be made at all.
fn admit<'a>(
    method: Option<&'a Method>,
    caller: Option<&'a TeamId>,
    scopes: &[String],
    received: &mut Received,
) -> Result<(&'a Method, &'a TeamId), ApiError> {
    let method = method.ok_or_else(|| {
        let detail = "the emulator has no such method";
        ApiError::breach("unknown_method", ViolationKind::UnknownMethod, detail)
    })?;
    if let Some(error) = received.error.take() {
        return Err(error);
    }
    let team = caller.ok_or_else(|| {
        let (code, kind, detail) = if received.token.is_none() {
            ("not_authed", ViolationKind::MissingToken, "no token was sent")
        } else {
            ("invalid_auth", ViolationKind::UnknownToken, "the token belongs to no workspace")
        };
        ApiError::breach(code, kind, detail)
    })?;
    let granted = |scope: &&str| scopes.iter().any(|granted| granted == scope);
    if !method.scopes.is_empty() && !method.scopes.iter().any(granted) {
        return Err(ApiError::missing_scope(method.scopes));
    }
    Ok((method, team))
}

fn remember_breaches(
    state: &mut State,
    method: &str,
    team: Option<&TeamId>,
    breaches: impl IntoIterator<Item = Breach>,
) {
    for Breach { kind, detail } in breaches {
        tracing::warn!(slack.method = method, violation = ?kind, "the app broke a rule: {detail}");
        state.records.violations.push(Violation {
            method: method.to_owned(),
            team: team.cloned(),
            kind,
            detail,
            at_micros: now_micros(),
        });
    }
}

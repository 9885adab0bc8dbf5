//! What surrounds every method: reading the request, finding the method and the workspace, the
//! faults that befall the call, and what is remembered of it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, Method as HttpMethod, Response, StatusCode, Uri};

use super::answer::Answer;
use super::call::Call;
use super::client_call::ClientCall;
use super::error::ApiError;
use super::methods::{self, Method, Run};
use super::received::Received;
use crate::core::{Core, State};
use crate::faults::Fault;
use crate::limits::{OverLimit, TooSoon};
use crate::record::{ApiCall, Outcome};
use crate::server::CutConnection;
use crate::time::now_micros;
use crate::violation::{Breach, Violation, ViolationKind};
use crate::world::{Bearer, Caller, Standing};

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
    let plan = core.change(|state| {
        let bearer = bearer(state, &received);
        let team = bearer.as_ref().map(|bearer| &bearer.team);
        let channel = received.arguments.text("channel").ok().flatten();
        state.faults.plan(&received.method, team, channel)
    });
    pause(plan.wait_before).await;

    let mut breaches: Vec<_> = overlooked.into_iter().collect();
    let (answer, number, scopes) = core.change(|state| {
        // The token may have been taken back meanwhile.
        let bearer = bearer(state, &received);
        let scopes = Offered {
            granted: granted(state, bearer.as_ref()),
            accepted: method.map_or(&[], |method| accepted(method, bearer.as_ref())),
        };
        let spoiled = plan.decisive.as_ref().and_then(refusal);
        let limited = || too_soon(state, method, bearer.as_ref(), &received);
        let mut answer = spoiled.or_else(limited).unwrap_or_else(|| {
            run(&core, state, method, bearer.as_ref(), &mut received, &mut breaches)
        });
        if let Some(late) = plan.decisive.as_ref().and_then(spoiling) {
            answer = late;
        }
        let record = ApiCall {
            number: 0,
            method: received.method.clone(),
            team: bearer.as_ref().map(|bearer| bearer.team.clone()),
            user: bearer.as_ref().and_then(|bearer| bearer.caller.person().cloned()),
            arguments: received.arguments.record(),
            outcome: answer.outcome.clone(),
            arrived_at_micros,
            answered_at_micros: None,
        };
        remember_breaches(state, &received.method, bearer.as_ref(), breaches);
        (answer, state.records.add_call(record), scopes)
    });
    pause(plan.wait_after).await;

    if matches!(answer.outcome, Outcome::AnswerLost | Outcome::Cut) {
        return CutConnection::response();
    }
    core.change(|state| state.records.answered(number, now_micros()));
    answer.into_response(&scopes.granted, scopes.accepted)
}

/// The scopes that an answer's headers tell of.
struct Offered {
    granted: Vec<String>,
    accepted: &'static [&'static str],
}

/// A timer counts in milliseconds, and rounds up: no wait is none only without one.
async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}

fn bearer(state: &State, received: &Received) -> Option<Bearer> {
    received.token.as_ref().and_then(|token| state.bearer(token))
}

fn granted(state: &State, bearer: Option<&Bearer>) -> Vec<String> {
    let granted = bearer.and_then(|bearer| {
        let workspace = state.world.workspace(&bearer.team)?;
        Some(workspace.scopes_of(&bearer.caller).to_vec())
    });
    granted.unwrap_or_default()
}

fn accepted(method: &'static Method, bearer: Option<&Bearer>) -> &'static [&'static str] {
    method.scopes.of(bearer.map_or(&Caller::Bot, |bearer| &bearer.caller))
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
    bearer: Option<&Bearer>,
    received: &Received,
) -> Option<Answer> {
    let (method, bearer) = (method?, bearer?);
    if !state.switches.rate_limits || bearer.standing != Standing::Good {
        return None;
    }
    let team = &bearer.team;
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
    method: Option<&'static Method>,
    bearer: Option<&Bearer>,
    received: &mut Received,
    breaches: &mut Vec<Breach>,
) -> Answer {
    let scopes = granted(state, bearer);
    let mut warnings = std::mem::take(&mut received.warnings);
    let result = find(method, received).and_then(|method| match method.run {
        Run::Client(run) => {
            let (arguments, client) = (&received.arguments, received.client.as_ref());
            run(&mut ClientCall::new(core, state, arguments, client))
        }
        Run::Token(run) => {
            let Bearer { team, caller, .. } = admit(method, bearer, &scopes, received)?;
            let mut call = Call::new(core, state, team, caller, &received.arguments);
            let result = run(&mut call);
            warnings.append(&mut call.warnings);
            breaches.extend(call.into_breaches(result.is_ok()));
            result
        }
    });
    match result {
        Ok(fields) => Answer::ok(fields, &warnings),
        Err(mut error) => {
            breaches.extend(error.breach.take());
            Answer::error(&error, &scopes, &warnings)
        }
    }
}

/// The method, if the call can be read at all.
fn find(
    method: Option<&'static Method>,
    received: &mut Received,
) -> Result<&'static Method, ApiError> {
    let method = method.ok_or_else(|| {
        let detail = "the emulator has no such method";
        ApiError::breach("unknown_method", ViolationKind::UnknownMethod, detail)
    })?;
    received.error.take().map_or(Ok(method), Err)
}

/// Whether the token is good for it, and whom it speaks for.
fn admit(
    method: &'static Method,
    bearer: Option<&Bearer>,
    scopes: &[String],
    received: &Received,
) -> Result<Bearer, ApiError> {
    let bearer = bearer.ok_or_else(|| {
        let (code, kind, detail) = if received.token.is_none() {
            ("not_authed", ViolationKind::MissingToken, "no token was sent")
        } else {
            ("invalid_auth", ViolationKind::UnknownToken, "the token belongs to no workspace")
        };
        ApiError::breach(code, kind, detail)
    })?;
    if let Some(error) = bearer.standing.error() {
        // People take back what they allowed whenever they like.
        return Err(ApiError::plain(error));
    }
    let granted = |scope: &&str| scopes.iter().any(|granted| granted == scope);
    let accepted = accepted(method, Some(bearer));
    if !accepted.is_empty() && !accepted.iter().any(granted) {
        return Err(ApiError::missing_scope(accepted));
    }
    Ok(bearer.clone())
}

fn remember_breaches(
    state: &mut State,
    method: &str,
    bearer: Option<&Bearer>,
    breaches: impl IntoIterator<Item = Breach>,
) {
    for Breach { kind, detail } in breaches {
        tracing::warn!(slack.method = method, violation = ?kind, "the app broke a rule: {detail}");
        state.records.violations.push(Violation {
            method: method.to_owned(),
            team: bearer.map(|bearer| bearer.team.clone()),
            kind,
            detail,
            at_micros: now_micros(),
        });
    }
}

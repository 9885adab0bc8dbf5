//! `GET /slack/oauth_redirect`: Slack sends people back, with a code or with a reason why not. What they bring has to
//! be what this browser was sent away with, not long ago, and not before; the code then goes to a worker, in a letter
//! that only workers open, and the browser to the page of its attempt: the code does not stay in its address.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use shared::crypto::Letterbox;
use shared::db::{DbError, retry_contention};
use shared::install::Reason;
use shared::jobs::exchange_code;
use shared::tables::install_attempts::{self, Attempt, Status};

use super::install::{in_time, lacking};
use crate::Edge;
use crate::pages::{App, Lacking, Visitor, hash, redirect};

/// As long as Slack's own libraries let people take.
const STATE_LIFE: TimeDelta = TimeDelta::seconds(600);
/// No code of Slack's is longer.
const CODE_MAX_BYTES: usize = 1_024;
/// Nor is any error.
const ERROR_MAX_BYTES: usize = 64;

/// What Slack brings back.
#[derive(Default, Deserialize)]
pub(crate) struct Brought {
    state: Option<SecretString>,
    code: Option<SecretString>,
    error: Option<String>,
}

pub(crate) async fn receive(
    State(edge): State<Edge>,
    brought: Result<Query<Brought>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Query(brought) = brought.unwrap_or_default();
    let taken = match edge.app.as_deref() {
        Some(app) => take(&edge, app, &brought, &headers).await.map(|id| app.attempt_url(&id)),
        None => Err(Lacking::Configuration),
    };
    match taken {
        Ok(target) => redirect(StatusCode::SEE_OTHER, &target),
        Err(reason) => {
            tracing::info!(?reason, "somebody comes back from Slack and cannot go on");
            lacking(&edge, reason)
        }
    }
}

async fn take(
    edge: &Edge,
    app: &App,
    brought: &Brought,
    headers: &HeaderMap,
) -> Result<shared::ids::InstallAttemptId, Lacking> {
    let state = brought.state.as_ref().ok_or(Lacking::State)?;
    let state = hash(state.expose_secret());
    let found = in_time(install_attempts::by_state(edge.queue.db(), &state)).await;
    let attempt = found.ok_or(Lacking::Database)?.ok_or(Lacking::Attempt)?;
    if !Visitor::is_of(headers, &attempt) {
        return Err(Lacking::Cookie);
    }
    let status = in_time(async { attempt.status() }).await.ok_or(Lacking::Database)?;
    let is_taken = match (status, decision(edge, &attempt, brought)) {
        (Status::Began, Ok(code)) => {
            let letterbox = in_time(Letterbox::find(edge.queue.db())).await;
            let letterbox = letterbox.ok_or(Lacking::Database)?.ok_or(Lacking::Worker)?;
            in_time(pass_on(edge, app, &attempt, &letterbox, code)).await
        }
        (Status::Began, Err(reason)) => in_time(give_up(edge, &attempt, reason)).await,
        _ => Some(false),
    };
    match is_taken {
        Some(true) => Ok(attempt.id),
        Some(false) => Err(Lacking::Novelty(app.attempt_url(&attempt.id))),
        None => Err(Lacking::Database),
    }
}

/// The code, or why there is none that counts.
fn decision<'b>(
    edge: &Edge,
    attempt: &Attempt,
    brought: &'b Brought,
) -> Result<&'b SecretString, Reason> {
    if let Some(error) = &brought.error {
        let reason = Reason::of_slack(error);
        tracing::info!(
            reason = reason.as_str(),
            slack.error = loggable(error),
            "Slack sends somebody back without a code"
        );
        return Err(reason);
    }
    if edge.clock.now() - attempt.created_at > STATE_LIFE {
        return Err(Reason::Expired);
    }
    let code = brought.code.as_ref();
    let is_one = |code: &&SecretString| (1..=CODE_MAX_BYTES).contains(&code.expose_secret().len());
    code.filter(is_one).ok_or(Reason::Refused)
}

/// An error of Slack's as it may stand in the log. Whoever makes the address up chooses what stands there: what does not
/// look like one of Slack's codes is left out.
fn loggable(error: &str) -> Option<&str> {
    let is_code = (1..=ERROR_MAX_BYTES).contains(&error.len())
        && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_code.then_some(error)
}

/// Returns when the job is on disk. `false`: the attempt was brought back before.
async fn pass_on(
    edge: &Edge,
    app: &App,
    attempt: &Attempt,
    letterbox: &Letterbox,
    code: &SecretString,
) -> Result<bool, DbError> {
    let payload = exchange_code::Payload {
        attempt: attempt.id.clone(),
        letter: letterbox.put(&exchange_code::matter(&attempt.id), code, &edge.rng),
        redirect_uri: app.redirect_uri(),
    };
    let stored = retry_contention(&edge.clock, &edge.rng, || async {
        let mut tx = edge.queue.db().begin().await?;
        let (from, to, now) = (Status::Began, Status::Returned, edge.clock.now());
        if !install_attempts::step(&mut tx, &attempt.id, from, to, None, now).await? {
            return Ok(false);
        }
        edge.queue.enqueue(&mut tx, vec![exchange_code::job(&payload)]).await?;
        tx.commit().await?;
        Ok(true)
    });
    let is_stored = stored.await?;
    edge.queue.wakes().signal();
    Ok(is_stored)
}

async fn give_up(edge: &Edge, attempt: &Attempt, reason: Reason) -> Result<bool, DbError> {
    retry_contention(&edge.clock, &edge.rng, || async {
        let mut tx = edge.queue.db().begin().await?;
        let (from, to, now) = (Status::Began, Status::Failed, edge.clock.now());
        let taken =
            install_attempts::step(&mut tx, &attempt.id, from, to, Some(reason), now).await?;
        tx.commit().await?;
        Ok(taken)
    })
    .await
}

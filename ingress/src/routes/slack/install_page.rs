//! `GET /slack/install/{attempt}`: what becomes of an installation, for the browser in which it began alone; and
//! `/status`, by which the page learns that there is something else to show.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use shared::ids::InstallAttemptId;
use shared::tables::install_attempts;

use super::install::{in_time, lacking};
use crate::Edge;
use crate::pages::{DISCREET, Lacking, Shown, Visitor, page};

pub(crate) async fn show(
    State(edge): State<Edge>,
    attempt: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    match look(&edge, attempt, &headers).await {
        Ok(shown) => page(StatusCode::OK, &shown.page(), edge.app.as_deref()),
        Err(reason) => lacking(&edge, reason),
    }
}

pub(crate) async fn status(
    State(edge): State<Edge>,
    attempt: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Response {
    match look(&edge, attempt, &headers).await {
        Ok(shown) => (DISCREET, shown.state()).into_response(),
        Err(reason) => (reason.status(), DISCREET).into_response(),
    }
}

async fn look(
    edge: &Edge,
    attempt: Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<Shown, Lacking> {
    // What is no text is no id, either.
    let id = attempt.ok().and_then(|Path(attempt)| attempt.parse().ok());
    let id: InstallAttemptId = id.ok_or(Lacking::Attempt)?;
    let found = in_time(install_attempts::of(edge.queue.db(), &id)).await;
    let attempt = found.ok_or(Lacking::Database)?.ok_or(Lacking::Attempt)?;
    if !Visitor::is_of(headers, &attempt) {
        return Err(Lacking::Cookie);
    }
    in_time(async { Shown::of(&attempt, edge.clock.now()) }).await.ok_or(Lacking::Database)
}

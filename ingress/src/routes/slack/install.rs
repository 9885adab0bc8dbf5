//! `GET /slack/install`: notes that somebody begins, gives their browser something to be known by, and sends it to
//! Slack's page (docs.slack.dev/authentication/installing-with-oauth).

use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use shared::ids::{InstallAttemptId, TeamId};
use shared::tables::install_attempts;

use crate::Edge;
use crate::pages::{DISCREET, Lacking, Visitor, hash, page, redirect};

/// A person waits.
pub(super) const DATABASE_TIMEOUT: Duration = Duration::from_secs(3);

/// So many begin within a minute, on all ingresses together: nobody fills the database. Those who come at the same
/// moment may be a few more.
const MOST_IN_A_MINUTE: i64 = 600;

/// What the address may say.
#[derive(Default, Deserialize)]
pub(crate) struct Hint {
    /// The workspace that is meant; what is none is overlooked.
    #[serde(default)]
    team: Option<String>,
}

pub(crate) async fn begin(
    State(edge): State<Edge>,
    hint: Result<Query<Hint>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Some(app) = edge.app.as_deref() else { return lacking(&edge, Lacking::Configuration) };
    let Query(hint) = hint.unwrap_or_default();
    let team: Option<TeamId> = hint.team.and_then(|team| team.parse().ok());
    let visitor = Visitor::new(&edge.rng);
    let attempt = InstallAttemptId::generate(&edge.clock, &edge.rng);
    let (cookie, state, now) = (visitor.cookie_hash(), hash(&visitor.state), edge.clock.now());
    let began = async {
        let (db, a_minute_ago) = (edge.queue.db(), now - TimeDelta::minutes(1));
        if install_attempts::begun_since(db, a_minute_ago).await? >= MOST_IN_A_MINUTE {
            return Ok(false);
        }
        install_attempts::begin(db, &attempt, &cookie, &state, now).await?;
        Ok(true)
    };
    match in_time(began).await {
        Some(true) => {}
        Some(false) => {
            let mut response = lacking(&edge, Lacking::Room);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(60));
            return response;
        }
        None => return lacking(&edge, Lacking::Database),
    }
    let target = app.authorize_url(&visitor.state, team.as_ref());
    let mut response = redirect(StatusCode::FOUND, target.as_str());
    response.headers_mut().insert(SET_COOKIE, visitor.set_cookie(&attempt, app.is_https()));
    response
}

/// `HEAD`: whoever asks whether there is something here, as whatever checks links does, begins nothing.
pub(crate) async fn probe() -> Response {
    (StatusCode::OK, DISCREET).into_response()
}

/// A page for somebody who cannot go on.
pub(super) fn lacking(edge: &Edge, lacking: Lacking) -> Response {
    page(lacking.status(), &lacking.page(), edge.app.as_deref())
}

/// What the database answers; `None`: it does not, in the time that a person waits.
pub(super) async fn in_time<T>(
    asked: impl Future<Output = Result<T, shared::db::DbError>>,
) -> Option<T> {
    match tokio::time::timeout(DATABASE_TIMEOUT, asked).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            let error = shared::error::chain(&error);
            tracing::error!(error, "an installation cannot go on: the database refuses");
            None
        }
        Err(_) => {
            tracing::error!("an installation cannot go on: the database is too slow");
            None
        }
    }
}

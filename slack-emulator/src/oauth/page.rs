//! Where a person decides, in a browser. The form that is posted repeats the arguments of the
//! address and adds `person`, as in `T0ACME/U0ADA`, and `decision`: `allow` or `deny`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State as Shared};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{AuthorizeError, AuthorizeRequest, Decision, allow, deny, document};
use crate::core::Core;
use crate::ids::{TeamId, UserId};

/// Asks.
pub(super) async fn ask(Shared(core): Shared<Arc<Core>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let request = match AuthorizeRequest::read(query.as_bytes(), &core.settings) {
        Ok(request) => request,
        Err(error) => return refuse(&error),
    };
    let html = core.read(|state| {
        let workspaces = state.world.workspaces.values();
        document::question(&state.world.app, workspaces, &request, &core.settings.client_id)
    });
    show(html, document::policy(Some(&request.target)))
}

/// Takes the decision.
pub(super) async fn decide(Shared(core): Shared<Arc<Core>>, form: Bytes) -> Response {
    let request = match AuthorizeRequest::read(&form, &core.settings) {
        Ok(request) => request,
        Err(error) => return refuse(&error),
    };
    let Some((decision, person)) = read_decision(&form) else {
        let message = "The form needs a person, as in T0ACME/U0ADA, and a decision: allow or deny.";
        return (StatusCode::BAD_REQUEST, message).into_response();
    };
    let target = match (decision, person) {
        (Decision::Deny, _) => Ok(deny(request)),
        (Decision::Allow, (team, user)) => core.change(|state| allow(state, request, &team, &user)),
    };
    match target {
        Ok(target) => (StatusCode::FOUND, [(LOCATION, target.to_string())]).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

fn read_decision(form: &[u8]) -> Option<(Decision, (TeamId, UserId))> {
    let field = |wanted: &str| {
        let mut fields = url::form_urlencoded::parse(form);
        fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let decision = match field("decision")?.as_str() {
        "allow" => Decision::Allow,
        "deny" => Decision::Deny,
        _ => return None,
    };
    let person = field("person").unwrap_or_default();
    match (decision, person.split_once('/')) {
        (_, Some((team, user))) => Some((decision, (team.into(), user.into()))),
        (Decision::Deny, None) => Some((decision, ("".into(), "".into()))),
        (Decision::Allow, None) => None,
    }
}

/// With which status Slack shows its errors, its pages do not say: they are pages like others here.
fn refuse(error: &AuthorizeError) -> Response {
    show(document::error(error), document::policy(None))
}

/// Unlike the other page, this one lets the browser say where its form comes from, which it would
/// hide from the guard otherwise.
fn show(html: String, policy: String) -> Response {
    let plain: [(HeaderName, &str); 5] = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ];
    let policy = HeaderValue::try_from(policy).expect("an origin is written in ASCII");
    (plain, [(CONTENT_SECURITY_POLICY, policy)], html).into_response()
}

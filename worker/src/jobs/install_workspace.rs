//! Stores what a workspace granted: the bot's token, that of whoever installed it, and what follows. In the lane of
//! the workspace, so that two who install it at once, or one who removes it meanwhile, are stored one after the
//! other; and Slack is asked there whether the token is still good, so that the one that is stays.

use secrecy::ExposeSecret as _;
use shared::db::{DbError, Tx};
use shared::install::Reason;
use shared::jobs::install_workspace::{self, Payload};
use shared::slack::features::{self, Scopes};
use shared::slack::methods::auth::{self, Identity};
use shared::slack::methods::oauth::{self, Token};
use shared::slack::{CallError, Outcome};
use shared::tables::audit::Actor;
use shared::tables::install_attempts::{self, Attempt, Status};
use shared::tables::{installations, workspaces};

use crate::install::{self, Granted};
use crate::{Done, Failure, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = install_workspace::payload(cx.job.payload()?)
        .map_err(|_| Failure::dead(format!("the {} cannot be read", install_workspace::NAME)))?;
    let services = cx.services;
    let found = install_attempts::of(&services.db, &payload.attempt).await?;
    let Some(attempt) = found else { return cx.done(cx.begin().await?).await };
    if attempt.status()? != Status::Exchanged {
        return cx.done(cx.begin().await?).await;
    }
    let answer = attempt.answer(&services.sealer).map_err(|error| Failure::retry(&error))?;
    let answer: Option<oauth::Granted> =
        answer.and_then(|answer| serde_json::from_str(answer.expose_secret()).ok());
    let Some(oauth::Granted { bot: Some(bot), authed_user, .. }) = answer else {
        return fail(cx, &attempt, Reason::Unknown).await;
    };
    match cx.call(&payload.team, &bot.access_token, &auth::Test {}).await {
        Ok(identity) if identity.team_id == payload.team => {
            store(cx, &attempt, identity, &bot, authed_user).await
        }
        Ok(_) => fail(cx, &attempt, Reason::Refused).await,
        Err(error) => refused(cx, &payload, &attempt, &error).await,
    }
}

async fn store(
    cx: &JobContext<'_>,
    attempt: &Attempt,
    identity: Identity,
    bot: &Token,
    person: oauth::Person,
) -> Result<Done, Failure> {
    let Identity { team_id, team, user_id, bot_id } = identity;
    // The step before noted when Slack gave it.
    let at = attempt.updated_at;
    let person_scopes = person.token.as_ref().map(|token| token.scope.as_str());
    let scopes = Scopes::granted(&bot.scope, person_scopes.unwrap_or_default());
    let lacking: Vec<&str> =
        features::lacking(&cx.services.asked, &scopes).map(|feature| feature.code).collect();
    let granted = Granted {
        team_id,
        name: team,
        bot_user_id: user_id,
        bot_id,
        bot: bot.grant(at),
        person: person.token.as_ref().map(|token| (person.id.clone(), token.grant(at))),
        at,
    };
    let (services, mut tx) = (cx.services, cx.begin().await?);
    let workspace = install::store(&mut tx, services, &granted, Actor::Person(person.id)).await?;
    cx.signal(&mut tx);
    let (name, now) = (&granted.name, services.clock.now());
    install_attempts::installed(&mut tx, &attempt.id, name, &lacking.join(","), now).await?;
    tracing::info!(workspace.team_id = %workspace.team_id, lacking = lacking.join(","), "a workspace installed the app");
    cx.done(tx).await
}

/// Slack does not say whose token it is.
async fn refused(
    cx: &JobContext<'_>,
    payload: &Payload,
    attempt: &Attempt,
    error: &CallError,
) -> Result<Done, Failure> {
    match error.outcome() {
        Outcome::Transient(Some(pause)) => Err(Failure::snooze(pause, error.to_string())),
        Outcome::Transient(None) | Outcome::Ambiguous => Err(Failure::retry(error)),
        Outcome::HoldWorkspace => superseded(cx, payload, attempt).await,
        _ => {
            let error = shared::error::chain(error);
            tracing::warn!(error, "an installation came to nothing");
            fail(cx, attempt, Reason::Refused).await
        }
    }
}

/// Nobody tries it any more: its page says so.
pub(crate) async fn on_death(cx: &JobContext<'_>, tx: &mut Tx) -> Result<(), DbError> {
    let Ok(payload) = install_workspace::payload(cx.job.payload()?) else { return Ok(()) };
    let now = cx.services.clock.now();
    install_attempts::fail(tx, &payload.attempt, Reason::Broken, now).await.map(drop)
}

/// The token is good no longer: somebody removed the app again, or installed it once more. What that gave may wait
/// right behind.
async fn superseded(
    cx: &JobContext<'_>,
    payload: &Payload,
    attempt: &Attempt,
) -> Result<Done, Failure> {
    let (mut tx, now) = (cx.begin().await?, cx.services.clock.now());
    if let Some(workspace) = workspaces::by_team(&mut tx, &payload.team).await?
        && let Some(at) = installations::installed_at(&mut tx, &workspace.id).await?
        && at >= attempt.created_at
    {
        install_attempts::installed(&mut tx, &attempt.id, &workspace.name, "", now).await?;
    } else if payload.is_second_look {
        let (from, to, reason) = (Status::Exchanged, Status::Failed, Some(Reason::Removed));
        install_attempts::step(&mut tx, &attempt.id, from, to, reason, now).await?;
    } else {
        let again = Payload { is_second_look: true, ..payload.clone() };
        let behind = now.timestamp() + 1;
        cx.enqueue(&mut tx, vec![install_workspace::job(&again, behind)]).await?;
    }
    cx.done(tx).await
}

async fn fail(cx: &JobContext<'_>, attempt: &Attempt, reason: Reason) -> Result<Done, Failure> {
    let (mut tx, now) = (cx.begin().await?, cx.services.clock.now());
    let (from, to) = (Status::Exchanged, Status::Failed);
    install_attempts::step(&mut tx, &attempt.id, from, to, Some(reason), now).await?;
    cx.done(tx).await
}

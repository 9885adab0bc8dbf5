//! Exchanges what a browser brought from Slack for tokens, and keeps them sealed until they are stored where they
//! belong. A code is good once. So it is noted before the call that one is made: whoever finds that note does not
//! know whether the code is used up, and calls no second time. The person begins again, which takes a click.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use shared::crypto::SealError;
use shared::failpoint;
use shared::install::Reason;
use shared::jobs::exchange_code::{self, Payload};
use shared::jobs::install_workspace;
use shared::slack::methods::oauth::{Exchange, Granted};
use shared::slack::{AppCredentials, CallError, Outcome};
use shared::tables::install_attempts::{self, Attempt, Status};

use crate::{Done, Failure, JobContext};

/// How long Slack takes a code (docs.slack.dev/authentication/installing-with-oauth).
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = exchange_code::payload(cx.job.payload()?)
        .map_err(|_| Failure::dead(format!("the {} cannot be read", exchange_code::NAME)))?;
    let found = install_attempts::of(&cx.services.db, &payload.attempt).await?;
    let Some(attempt) = found else {
        tracing::info!("installation given up: the attempt is forgotten");
        return cx.done(cx.begin().await?).await;
    };
    match attempt.status()? {
        Status::Returned => exchange(cx, &payload, &attempt).await,
        // Whoever made the call did not come to store the answer.
        Status::Exchanging => fail(cx, &attempt, Status::Exchanging, Reason::Unknown).await,
        Status::Began | Status::Exchanged | Status::Installed | Status::Failed => {
            cx.done(cx.begin().await?).await
        }
    }
}

async fn exchange(
    cx: &JobContext<'_>,
    payload: &Payload,
    attempt: &Attempt,
) -> Result<Done, Failure> {
    let services = cx.services;
    let Some(app) = &services.app else {
        return fail(cx, attempt, Status::Returned, Reason::NotConfigured).await;
    };
    let matter = exchange_code::matter(&attempt.id);
    let code = match services.sealer.open_letter(&matter, &payload.letter) {
        Ok(code) => code,
        // While the passphrase is being changed, another worker may have the one that opens it.
        Err(error @ SealError::UnknownKey) if !is_over(cx, attempt) => {
            return Err(Failure::retry(&error));
        }
        Err(error) => {
            tracing::warn!(%error, "installation given up: its code cannot be read");
            return fail(cx, attempt, Status::Returned, Reason::Expired).await;
        }
    };
    let mut tx = cx.begin().await?;
    let (from, to) = (Status::Returned, Status::Exchanging);
    if !install_attempts::step(&mut tx, &attempt.id, from, to, None, services.clock.now()).await? {
        return Err(Failure::Again);
    }
    cx.commit(tx).await?;
    failpoint!("install.before_call");
    let at = services.clock.now();
    let called = call(cx, app, &code, &payload.redirect_uri).await;
    failpoint!("install.called");
    match called {
        Ok(granted) => keep(cx, attempt, &granted, at).await,
        Err(error) => give_up_or_wait(cx, attempt, &error).await,
    }
}

async fn call(
    cx: &JobContext<'_>,
    app: &AppCredentials,
    code: &SecretString,
    redirect_uri: &str,
) -> Result<Granted, CallError> {
    cx.call_as_app(app, &Exchange { code, redirect_uri }).await
}

/// Keeps what Slack gave, sealed, for the lane of the workspace.
async fn keep(
    cx: &JobContext<'_>,
    attempt: &Attempt,
    granted: &Granted,
    at: DateTime<Utc>,
) -> Result<Done, Failure> {
    let services = cx.services;
    let team = match granted {
        Granted { team: None, .. } => Err(Reason::Organisation),
        Granted { bot: Some(_), bot_user_id: Some(_), team: Some(team), .. } => Ok(team.id.clone()),
        Granted { .. } => Err(Reason::NoBot),
    };
    let team = match team {
        Ok(team) => team,
        Err(reason) => return fail(cx, attempt, Status::Exchanging, reason).await,
    };
    let answer = serde_json::to_string(granted).map_err(|error| Failure::retry(&error))?;
    let (answer, mut tx) = (SecretString::from(answer), cx.begin().await?);
    install_attempts::exchanged(&mut tx, &attempt.id, &answer, &services.sealer, at).await?;
    let next =
        install_workspace::Payload { attempt: attempt.id.clone(), team, is_second_look: false };
    cx.enqueue(&mut tx, vec![install_workspace::job(&next, at.timestamp())]).await?;
    cx.done(tx).await
}

/// What certainly did not use the code up is tried again while the code is good. The rest is not.
async fn give_up_or_wait(
    cx: &JobContext<'_>,
    attempt: &Attempt,
    error: &CallError,
) -> Result<Done, Failure> {
    let reason = match (error.outcome(), error.code()) {
        (Outcome::Transient(pause), _) => {
            if is_over(cx, attempt) {
                return fail(cx, attempt, Status::Exchanging, Reason::Unreachable).await;
            }
            let (from, to) = (Status::Exchanging, Status::Returned);
            let mut tx = cx.begin().await?;
            // When it began to wait stays known, since the code ages.
            let (reason, at) = (Some(Reason::Unreachable), attempt.updated_at);
            install_attempts::step(&mut tx, &attempt.id, from, to, reason, at).await?;
            cx.commit(tx).await?;
            return Err(match pause {
                Some(pause) => Failure::snooze(pause, error.to_string()),
                None => Failure::retry(error),
            });
        }
        (Outcome::Ambiguous, _) | (_, None) => Reason::Unknown,
        (_, Some(code)) => Reason::of_slack(code),
    };
    let error = shared::error::chain(error);
    tracing::warn!(error, reason = reason.as_str(), "an installation came to nothing");
    fail(cx, attempt, Status::Exchanging, reason).await
}

/// Whether the code is too old by now.
fn is_over(cx: &JobContext<'_>, attempt: &Attempt) -> bool {
    cx.services.clock.now() - attempt.updated_at > CODE_LIFE
}

async fn fail(
    cx: &JobContext<'_>,
    attempt: &Attempt,
    from: Status,
    reason: Reason,
) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    let now = cx.services.clock.now();
    install_attempts::step(&mut tx, &attempt.id, from, Status::Failed, Some(reason), now).await?;
    cx.done(tx).await
}

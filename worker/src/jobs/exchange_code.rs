//! Exchanges what a browser brought from Slack for tokens, and keeps them sealed until they are stored where they
//! belong. A code is good once. So it is noted before the call that one is made: whoever finds that note does not
//! know whether the code is used up, and calls no second time. The person begins again, which takes a click.

use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use shared::crypto::SealError;
use shared::db::{DbError, Tx};
use shared::failpoint;
use shared::install::{CODE_LIFE, Reason};
use shared::jobs::exchange_code::{self, Payload};
use shared::jobs::install_workspace;
use shared::slack::methods::oauth::{Exchange, Granted};
use shared::slack::{AppCredentials, CallError, Outcome};
use shared::tables::install_attempts::{self, Attempt, Status};
use shared::tables::sealing_keys;

use crate::{Done, Failure, JobContext};

/// Between tries, if Slack does not ask for less: somebody watches the page, and the code ages.
const PAUSE: Duration = Duration::from_secs(15);

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
        Status::Exchanging => {
            tracing::warn!("an installation came to nothing: its code may be used up");
            fail(cx, &attempt, Status::Exchanging, Reason::Unknown).await
        }
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
    if services.clock.now() - attempt.updated_at > CODE_LIFE {
        let reason = attempt.reason.as_deref().map_or(Reason::Expired, Reason::stored);
        tracing::warn!(
            reason = reason.as_str(),
            "an installation came to nothing: its code is too old"
        );
        return fail(cx, attempt, Status::Returned, reason).await;
    }
    let matter = exchange_code::matter(&attempt.id);
    let code = match services.sealer.open_letter(&matter, &payload.letter) {
        Ok(code) => code,
        // While the passphrase is being changed, another worker may have the one that opens it.
        Err(error @ SealError::UnknownKey) => {
            return Err(Failure::snooze(PAUSE, error.to_string()));
        }
        Err(error) => {
            tracing::warn!(%error, "an installation came to nothing: its code cannot be read");
            return fail(cx, attempt, Status::Returned, Reason::Broken).await;
        }
    };
    let mut tx = cx.begin().await?;
    // What Slack gives could not be stored otherwise.
    match sealing_keys::keep_key(&mut tx, services.sealer.key_id()).await {
        Err(error @ DbError::RetiredKey { .. }) => {
            return Err(Failure::snooze(PAUSE, error.to_string()));
        }
        kept => kept?,
    }
    let (from, to) = (Status::Returned, Status::Exchanging);
    if !install_attempts::step(&mut tx, &attempt.id, from, to, None, services.clock.now()).await? {
        return Err(Failure::Again);
    }
    cx.commit(tx).await?;
    failpoint!("install.before_call");
    let at = services.clock.now();
    let called = call(cx, app, &code, &payload.redirect_uri).await;
    failpoint!("install.called");
    // From here on, a second run would take the code for used up.
    match called {
        Ok(granted) => cx.store(|| keep(cx, attempt, &granted, at)).await,
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
    let (id, sealer) = (&attempt.id, &services.sealer);
    if install_attempts::exchanged(&mut tx, id, &answer, sealer, at).await? {
        let next = install_workspace::Payload { attempt: id.clone(), team, is_second_look: false };
        cx.enqueue(&mut tx, vec![install_workspace::job(&next, at.timestamp())]).await?;
    }
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
            let back = Failure::snooze(pause.unwrap_or(PAUSE), error.to_string());
            return Err(cx.store(|| wait(cx, attempt)).await.err().unwrap_or(back));
        }
        (Outcome::Ambiguous, _) | (_, None) => Reason::Unknown,
        (_, Some(code)) => Reason::of_slack(code),
    };
    let error = shared::error::chain(error);
    tracing::warn!(error, reason = reason.as_str(), "an installation came to nothing");
    cx.store(|| fail(cx, attempt, Status::Exchanging, reason)).await
}

/// The code is as good as before.
async fn wait(cx: &JobContext<'_>, attempt: &Attempt) -> Result<(), Failure> {
    let (from, to) = (Status::Exchanging, Status::Returned);
    let mut tx = cx.begin().await?;
    // When it began to wait stays known, since the code ages.
    let (reason, at) = (Some(Reason::Unreachable), attempt.updated_at);
    install_attempts::step(&mut tx, &attempt.id, from, to, reason, at).await?;
    cx.commit(tx).await
}

/// Nobody tries it any more: its page says so.
pub(crate) async fn on_death(cx: &JobContext<'_>, tx: &mut Tx) -> Result<(), DbError> {
    let Ok(payload) = exchange_code::payload(cx.job.payload()?) else { return Ok(()) };
    let now = cx.services.clock.now();
    install_attempts::fail(tx, &payload.attempt, Reason::Broken, now).await.map(drop)
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

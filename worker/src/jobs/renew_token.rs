//! Renews a token that ends soon (docs.slack.dev/authentication/using-token-rotation). What it is renewed with is
//! good once, and the token itself until its time is over, so that nobody has to wait. One lane a token: no two
//! workers renew it at once.
//!
//! If the answer is lost, the same is asked again: Slack may still know. If it does not, the token works until it
//! ends, and only a new installation brings another: whoever manages the workspace is told while there is time.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use shared::crypto::SealError;
use shared::db::DbError;
use shared::failpoint;
use shared::grant::{Grant, Renewal};
use shared::jobs::renew_token::{self, Payload};
use shared::jobs::tell_admins;
use shared::slack::methods::oauth::Refresh;
use shared::slack::{CallError, Outcome};
use shared::tables::installations::{self, Installation};
use shared::tables::sealing_keys;
use shared::tables::user_tokens::{self, UserToken};
use shared::tables::workspaces;

use crate::sync::notices;
use crate::{Done, Failure, FencedTx, JobContext};

/// Tokens last for twelve hours. Slack's own libraries renew them as early.
pub(crate) const EARLY: TimeDelta = TimeDelta::hours(2);

/// Whose token it is, as it stands.
enum Holder {
    Bot(Installation),
    Person(UserToken),
}

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = renew_token::payload(cx.job.payload()?)
        .map_err(|_| Failure::dead(format!("the {} cannot be read", renew_token::NAME)))?;
    let Some(app) = &cx.services.app else {
        return Err(Failure::dead("tokens cannot be renewed without SLACK_CLIENT_SECRET"));
    };
    let Some((holder, renewal)) = Holder::find(cx, &payload).await? else {
        return cx.done(cx.begin().await?).await;
    };
    // Somebody was earlier.
    if renewal.expires_at > cx.services.clock.now() + EARLY {
        return cx.done(cx.begin().await?).await;
    }
    // What Slack gives could not be stored otherwise.
    let mut tx = cx.begin().await?;
    sealing_keys::keep_key(&mut tx, cx.services.sealer.key_id()).await?;
    drop(tx);
    let (used, at) = (&renewal.refresh_token, cx.services.clock.now());
    let called = cx.call_as_app(app, &Refresh::with(used)).await;
    failpoint!("renew.called");
    match called {
        Ok(token) => {
            let grant = token.grant(at);
            cx.store(|| store(cx, &payload, used, &grant)).await
        }
        Err(error) if error.code() == Some("invalid_refresh_token") => {
            give_up(cx, &payload, &holder, renewal.expires_at).await
        }
        Err(error) => Err(failure(&error)),
    }
}

fn failure(error: &CallError) -> Failure {
    match error.outcome() {
        Outcome::Transient(Some(pause)) => Failure::snooze(pause, error.to_string()),
        _ => Failure::retry(error),
    }
}

/// Stores the new token over the one that it was had for.
async fn store(
    cx: &JobContext<'_>,
    payload: &Payload,
    used: &SecretString,
    grant: &Grant,
) -> Result<Done, Failure> {
    let found = Holder::find(cx, payload).await?;
    let mut tx = cx.begin().await?;
    // Another one may stand there by now, that of a new installation: it stays.
    if let Some((holder, renewal)) = found
        && renewal.refresh_token.expose_secret() == used.expose_secret()
        && !holder.renew(cx, &mut tx, grant).await?
    {
        // Or the same, sealed anew with another passphrase.
        return Err(Failure::Again);
    }
    cx.done(tx).await
}

/// It cannot be renewed any more: an answer was lost.
async fn give_up(
    cx: &JobContext<'_>,
    payload: &Payload,
    holder: &Holder,
    expires_at: DateTime<Utc>,
) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    if !holder.end_renewal(&mut tx).await? {
        // Another one stands there by now.
        return Err(Failure::Again);
    }
    tracing::warn!(
        workspace.id = %payload.workspace,
        "a token cannot be renewed, because an answer of Slack's was lost; it works until it ends"
    );
    if matches!(holder, Holder::Bot(_))
        && let Some(workspace) = workspaces::of(&mut tx, &payload.workspace).await?
    {
        let address =
            cx.services.public_url.as_ref().and_then(|url| url.join("slack/install").ok());
        let told = tell_admins::Payload {
            workspace: workspace.id,
            team: workspace.team_id,
            occasion: format!("renewal_ended:{}", expires_at.timestamp_micros()),
            text: notices::install_again(address.as_ref().map(url::Url::as_str)),
        };
        cx.enqueue(&mut tx, vec![tell_admins::job(&told)]).await?;
    }
    cx.done(tx).await
}

impl Holder {
    /// As it stands, and what it is renewed with; `None`: it lasts, or is gone.
    async fn find(
        cx: &JobContext<'_>,
        payload: &Payload,
    ) -> Result<Option<(Self, Renewal)>, Failure> {
        let db = &cx.services.db;
        let found = match &payload.user {
            None => installations::of(db, &payload.workspace).await?.map(Self::Bot),
            Some(user) => user_tokens::of(db, &payload.workspace, user).await?.map(Self::Person),
        };
        let Some(found) = found else { return Ok(None) };
        let renewal = found.renewal(cx).map_err(|error| Failure::retry(&error))?;
        Ok(renewal.map(|renewal| (found, renewal)))
    }

    fn renewal(&self, cx: &JobContext<'_>) -> Result<Option<Renewal>, SealError> {
        match self {
            Self::Bot(bot) => bot.renewal(&cx.services.sealer),
            Self::Person(person) => person.renewal(&cx.services.sealer),
        }
    }

    async fn renew(
        &self,
        cx: &JobContext<'_>,
        tx: &mut FencedTx,
        grant: &Grant,
    ) -> Result<bool, DbError> {
        let sealer = &cx.services.sealer;
        match self {
            Self::Bot(bot) => installations::renew(tx, bot, grant, sealer).await,
            Self::Person(person) => user_tokens::renew(tx, person, grant, sealer).await,
        }
    }

    async fn end_renewal(&self, tx: &mut FencedTx) -> Result<bool, DbError> {
        match self {
            Self::Bot(bot) => installations::end_renewal(tx, bot).await,
            Self::Person(person) => user_tokens::end_renewal(tx, person).await,
        }
    }
}

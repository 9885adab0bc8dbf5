//! In whose name a copy stands: the bot's, under the author's name and picture; or the author's own, where they
//! are a member as well and let SyncBot speak for them (docs/decisions/0014-in-their-own-name.md).
//!
//! A message belongs to whoever posted it: only with the same token it can be changed or removed.

use secrecy::SecretString;
use shared::ids::UserId;
use shared::slack::{CallError, Outcome};
use shared::tables::copies::{Delivery, Form};
use shared::tables::user_tokens::{self, UserToken};

use super::author::Shown;
use crate::{Failure, JobContext};

/// What is needed to post and to change a message (docs.slack.dev/reference/scopes/chat.write).
const SCOPE: &str = "chat:write";

/// Somebody's own voice.
#[derive(Debug)]
pub(crate) struct Voice {
    stored: UserToken,
    /// What Slack is called with.
    pub(crate) token: SecretString,
}

/// The author's own voice, if they have one there. What merely stands for their message is the bot's.
pub(crate) async fn of_author(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    author: &Shown,
) -> Result<Option<Voice>, Failure> {
    match &author.local {
        Some(local) if delivery.form == Form::Full => of(cx, delivery, local).await,
        _ => Ok(None),
    }
}

/// The voice of somebody in the copy's workspace; `None`: they let SyncBot speak for them no longer.
pub(crate) async fn of(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    user: &UserId,
) -> Result<Option<Voice>, Failure> {
    let services = cx.services;
    let stored = user_tokens::of(&services.db, &delivery.workspace_id, user).await?;
    let Some(stored) = stored.filter(|stored| stored.has_scope(SCOPE)) else { return Ok(None) };
    cx.until_renewed(stored.renewed_by(), &delivery.workspace_id, Some(user)).await?;
    let token = stored.token(&services.sealer).map_err(|error| Failure::retry(&error))?;
    Ok(Some(Voice { stored, token }))
}

impl Voice {
    /// Whose it is.
    pub(crate) fn user(&self) -> &UserId {
        &self.stored.user_id
    }

    /// Whether Slack refuses the person, and may take the same from the bot. A token that no longer works is
    /// forgotten.
    pub(crate) async fn is_refused(
        &self,
        cx: &JobContext<'_>,
        error: &CallError,
    ) -> Result<bool, Failure> {
        let is_useless = matches!(
            error.code(),
            Some(
                "invalid_auth"
                    | "not_authed"
                    | "token_revoked"
                    | "token_expired"
                    | "account_inactive"
            )
        );
        if is_useless {
            let mut tx = cx.begin().await?;
            user_tokens::forget(&mut tx, &self.stored).await?;
            cx.commit(tx).await?;
            tracing::info!(user.id = %self.user(), error = %error, "somebody lets SyncBot speak for them no longer");
        }
        Ok(matches!(error.outcome(), Outcome::HoldWorkspace | Outcome::HoldChannel))
    }
}

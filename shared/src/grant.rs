//! What Slack lets SyncBot do for a workspace or a person: a token, its scopes, and, where the app rotates its
//! tokens, what the next one is had for (docs.slack.dev/authentication/using-token-rotation).

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use crate::crypto::{Place, SealError, Sealer};

/// A token and what belongs to it.
#[derive(Debug, Clone)]
pub struct Grant {
    /// What Slack is called with.
    pub token: SecretString,
    /// Scopes that were granted, separated by commas.
    pub scopes: String,
    /// How it is renewed; `None`: it lasts until it is revoked.
    pub renewal: Option<Renewal>,
}

/// How a token is renewed.
#[derive(Debug, Clone)]
pub struct Renewal {
    /// What the next token is had for, once.
    pub refresh_token: SecretString,
    /// When this one ends.
    pub expires_at: DateTime<Utc>,
}

impl Grant {
    /// A token that lasts until it is revoked.
    pub fn lasting(token: SecretString, scopes: impl Into<String>) -> Self {
        Self { token, scopes: scopes.into(), renewal: None }
    }
}

/// A grant as it stands in a row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Sealed {
    pub(crate) token: String,
    pub(crate) scopes: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
}

impl Sealed {
    /// Seals both secrets for a row of a table.
    pub(crate) fn new(grant: &Grant, table: &'static str, row: &str, sealer: &Sealer) -> Self {
        let renewal = grant.renewal.as_ref();
        Self {
            token: sealer.seal(Place { table, column: "token", row }, &grant.token),
            scopes: grant.scopes.clone(),
            refresh_token: renewal.map(|renewal| {
                sealer.seal(Place { table, column: "refresh_token", row }, &renewal.refresh_token)
            }),
            expires_at: renewal.map(|renewal| renewal.expires_at),
        }
    }

    /// When the token ends, if it can be renewed then.
    pub(crate) fn renewed_by(&self) -> Option<DateTime<Utc>> {
        self.refresh_token.as_ref().and(self.expires_at)
    }

    /// The token.
    pub(crate) fn token(
        &self,
        table: &'static str,
        row: &str,
        sealer: &Sealer,
    ) -> Result<SecretString, SealError> {
        sealer.unseal(Place { table, column: "token", row }, &self.token)
    }

    /// How it is renewed, if it has to be.
    pub(crate) fn renewal(
        &self,
        table: &'static str,
        row: &str,
        sealer: &Sealer,
    ) -> Result<Option<Renewal>, SealError> {
        let (Some(stored), Some(expires_at)) = (&self.refresh_token, self.expires_at) else {
            return Ok(None);
        };
        let refresh_token = sealer.unseal(Place { table, column: "refresh_token", row }, stored)?;
        Ok(Some(Renewal { refresh_token, expires_at }))
    }
}

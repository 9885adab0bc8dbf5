//! `oauth.*`: called in the app's own name.

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::grant::{Grant, Renewal};
use crate::ids::{TeamId, UserId};
use crate::slack::client::Method;
use crate::slack::tier::Tier;

/// Exchanges what a browser brought for tokens (docs.slack.dev/reference/methods/oauth.v2.access).
#[derive(Debug, Serialize)]
pub struct Exchange<'a> {
    /// What the browser brought. Good once, and for ten minutes.
    #[serde(serialize_with = "expose")]
    pub code: &'a SecretString,
    /// As Slack's page was told.
    pub redirect_uri: &'a str,
}

/// The next token, for what came with the last (docs.slack.dev/authentication/using-token-rotation).
#[derive(Debug, Serialize)]
pub struct Refresh<'a> {
    grant_type: &'static str,
    #[serde(serialize_with = "expose")]
    refresh_token: &'a SecretString,
}

impl<'a> Refresh<'a> {
    /// Good once.
    pub fn with(refresh_token: &'a SecretString) -> Self {
        Self { grant_type: "refresh_token", refresh_token }
    }
}

fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

impl Method for Exchange<'_> {
    const NAME: &'static str = "oauth.v2.access";
    const TIER: Tier = Tier::Four;
    type Answer = Granted;
}

impl Method for Refresh<'_> {
    const NAME: &'static str = "oauth.v2.access";
    const TIER: Tier = Tier::Four;
    type Answer = Token;
}

/// What Slack gives for a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Granted {
    /// The bot's.
    #[serde(flatten)]
    pub bot: Option<Token>,
    pub bot_user_id: Option<UserId>,
    /// None: the app was allowed in a whole organisation.
    pub team: Option<Team>,
    pub authed_user: Person,
}

/// A workspace.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Team {
    pub id: TeamId,
}

/// Whoever allowed it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Person {
    pub id: UserId,
    #[serde(flatten)]
    pub token: Option<Token>,
}

/// A token, and what belongs to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Token {
    #[serde(serialize_with = "expose")]
    pub access_token: SecretString,
    #[serde(default)]
    pub scope: String,
    #[serde(flatten)]
    pub rotation: Option<Rotation>,
}

/// How the next one is had.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(missing_docs, reason = "Slack's own names")]
pub struct Rotation {
    #[serde(serialize_with = "expose")]
    pub refresh_token: SecretString,
    /// Seconds.
    pub expires_in: u32,
}

impl Token {
    /// As it is kept; `at`: when Slack gave it.
    pub fn grant(&self, at: chrono::DateTime<chrono::Utc>) -> Grant {
        let renewal = self.rotation.as_ref().map(|rotation| Renewal {
            refresh_token: rotation.refresh_token.clone(),
            expires_at: at + chrono::TimeDelta::seconds(rotation.expires_in.into()),
        });
        Grant { token: self.access_token.clone(), scopes: self.scope.clone(), renewal }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn answer() -> Value {
        json!({
            "ok": true, "app_id": "A1", "team": {"id": "T1", "name": "Acme"}, "enterprise": null, "is_enterprise_install": false,
            "access_token": "xoxb-hidden", "token_type": "bot", "scope": "chat:write,files:read", "bot_user_id": "U0BOT",
            "authed_user": {"id": "U1", "access_token": "xoxp-hidden", "token_type": "user", "scope": "chat:write",
                "refresh_token": "xoxe-hidden", "expires_in": 43_200},
        })
    }

    #[test]
    fn an_answer_keeps_everything_on_its_way_through_the_database_and_shows_no_secret() {
        let granted: Granted = serde_json::from_value(answer()).expect("it is read");
        let text = serde_json::to_string(&granted).expect("it is written");
        let granted: Granted = serde_json::from_str(&text).expect("it is read again");
        let now = chrono::DateTime::UNIX_EPOCH;
        let bot = granted.bot.as_ref().expect("a bot").grant(now);
        assert_eq!(
            (bot.token.expose_secret(), bot.scopes.as_str()),
            ("xoxb-hidden", "chat:write,files:read")
        );
        assert!(bot.renewal.is_none());
        let person = granted.authed_user.token.as_ref().expect("a person").grant(now);
        let renewal = person.renewal.expect("it is renewed");
        assert_eq!(
            (renewal.refresh_token.expose_secret(), renewal.expires_at.timestamp()),
            ("xoxe-hidden", 43_200)
        );
        assert!(!format!("{granted:?}").contains("hidden"));
    }

    #[test]
    fn what_was_not_granted_is_absent() {
        let mut answer = answer();
        for name in ["access_token", "scope", "bot_user_id", "team"] {
            answer[name] = Value::Null;
        }
        answer["authed_user"] = json!({"id": "U1"});
        let granted: Granted = serde_json::from_value(answer).expect("it is read");
        assert!(
            granted.bot.is_none() && granted.team.is_none() && granted.authed_user.token.is_none()
        );
    }
}

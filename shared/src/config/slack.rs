//! The Slack app that this instance is, and the key that seals what it is given.

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::problems::Problem;
use super::reader::Reader;
use crate::slack::scopes;

/// What proves that a request comes from Slack.
#[derive(Debug, Clone, Default)]
pub struct SigningConfig {
    /// The secrets that are accepted, the current one first. Without any, every request is refused.
    pub secrets: Vec<SecretString>,
}

impl SigningConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let current = reader.secret("SLACK_SIGNING_SECRET");
        let previous = reader.secret("SLACK_SIGNING_SECRET_PREVIOUS");
        if current.is_none() && reader.is_local() {
            reader.warn(
                "without SLACK_SIGNING_SECRET every request from Slack is refused".to_owned(),
            );
        }
        Self { secrets: current.into_iter().chain(previous).collect() }
    }
}

/// The app as a workspace sees it when it installs it.
#[derive(Debug, Clone)]
pub struct SlackAppConfig {
    /// Always present in production.
    pub client_id: Option<String>,
    /// Bot scopes to ask for.
    pub bot_scopes: Vec<String>,
    /// User scopes to ask for.
    pub user_scopes: Vec<String>,
    /// Where people are asked to let the app in.
    pub authorize_url: Url,
}

impl SlackAppConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let client_id = reader.text("SLACK_CLIENT_ID");
        let bot_scopes = scope_list(reader, "SLACK_BOT_SCOPES", &scopes::BOT);
        let user_scopes = scope_list(reader, "SLACK_USER_SCOPES", &scopes::USER);
        // Slack's page is where its Web API is.
        let authorize_url = api_url(reader)?.join("../oauth/v2/authorize").ok()?;
        Some(Self { client_id, bot_scopes: bot_scopes?, user_scopes: user_scopes?, authorize_url })
    }
}

fn api_url(reader: &mut Reader) -> Option<Url> {
    let local = reader.is_local();
    reader.parsed("SLACK_API_URL", |text| base(text, local))
}

/// `None`: a problem was reported. Unset in local development: the app's own list.
fn scope_list(reader: &mut Reader, name: &'static str, own: &[&str]) -> Option<Vec<String>> {
    if !reader.is_given(name) {
        reader.text(name);
        return Some(own.iter().map(ToString::to_string).collect());
    }
    let scopes = reader.parsed(name, |text| {
        let scopes: Vec<String> = text.split(',').map(|scope| scope.trim().to_owned()).collect();
        let is_scope = |scope: &String| {
            !scope.is_empty()
                && scope.bytes().all(|byte| byte.is_ascii_lowercase() || b":._".contains(&byte))
        };
        scopes.iter().all(is_scope).then_some(scopes)
    })?;
    if scopes != own {
        reader.warn(format!(
            "{name} differs from this version's manifest: Slack may refuse installations with `invalid_scope`"
        ));
    }
    Some(scopes)
}

/// How a worker speaks to Slack.
#[derive(Debug, Clone)]
pub struct SlackClientConfig {
    /// Always present in production.
    pub client_secret: Option<SecretString>,
    /// Base address of the Web API, ending in `/`.
    pub api_url: Url,
    /// The one workspace of a developer who has a bot token and no installation.
    pub single_workspace_token: Option<SecretString>,
}

impl SlackClientConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let client_secret = reader.secret("SLACK_CLIENT_SECRET");
        let token = reader.secret("SLACK_BOT_TOKEN").filter(is_real_bot_token);
        let local = reader.is_local();
        let api_url = api_url(reader);
        Some(Self {
            client_secret,
            api_url: api_url?,
            single_workspace_token: token.filter(|_| local),
        })
    }
}

fn is_real_bot_token(token: &SecretString) -> bool {
    let token = token.expose_secret();
    token.starts_with("xoxb-") && token != "xoxb-0-0"
}

/// Tokens travel there: encrypted, unless they stay on this machine.
fn base(text: &str, local: bool) -> Option<Url> {
    let text = format!("{}/", text.trim_end_matches('/'));
    let url = Url::parse(&text).ok()?;
    let on_this_machine = match url.host()? {
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    (url.scheme() == "https" || (url.scheme() == "http" && (local || on_this_machine)))
        .then_some(url)
}

/// The passphrases that seal secrets in the database.
#[derive(Debug, Clone)]
pub struct SealingConfig {
    /// Seals and opens.
    pub current: SecretString,
    /// Opens what was sealed before the passphrase changed.
    pub previous: Option<SecretString>,
}

/// The passphrases of an instance that changes them.
#[derive(Debug, Clone)]
pub struct RotationConfig {
    /// Seals from now on.
    pub current: SecretString,
    /// Sealed so far.
    pub previous: SecretString,
}

const KEY: &str = "TOKEN_ENCRYPTION_KEY";
const PREVIOUS_KEY: &str = "TOKEN_ENCRYPTION_KEY_PREVIOUS";
const KEY_MIN_LENGTH: usize = 16;

/// Stands in for a missing passphrase on a developer's machine. Sealing is never off.
const LOCAL_DEVELOPMENT_PASSPHRASE: &str = "local development, not a secret";

impl SealingConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let current = reader.passphrase(KEY);
        let previous = reader.passphrase(PREVIOUS_KEY);
        let current = match current {
            Some(passphrase) => {
                if passphrase.expose_secret().chars().count() < KEY_MIN_LENGTH {
                    if reader.is_local() {
                        reader.warn(format!("{KEY} is shorter than {KEY_MIN_LENGTH} characters: production will refuse it"));
                    } else {
                        reader.problem(Problem::unexpected(KEY, None));
                        return None;
                    }
                }
                passphrase
            }
            None if reader.is_local() => {
                reader.warn(format!(
                    "without {KEY}, tokens are sealed with a passphrase that everyone knows"
                ));
                LOCAL_DEVELOPMENT_PASSPHRASE.into()
            }
            None => return None,
        };
        Some(Self { current, previous })
    }
}

impl RotationConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let sealing = SealingConfig::read(reader);
        let previous = reader.passphrase(PREVIOUS_KEY);
        // Others can do without it; here it is half of what is to be done.
        if previous.is_none() {
            reader.problem(Problem::missing(PREVIOUS_KEY));
        }
        Some(Self { current: sealing?.current, previous: previous? })
    }
}

//! What the app asks a person for, as the address says that it sends them to.

use std::collections::BTreeMap;

use url::{Host, Url};

use super::scopes::{self, Holder};
use crate::settings::Settings;

/// Why a person is shown an error instead of a question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AuthorizeError {
    /// There is no such app.
    #[error("there is no app with the client id {0:?}")]
    UnknownClient(String),
    /// The app asks for nothing.
    #[error("no scopes are asked for")]
    NoScopes,
    /// There are no such scopes, for bots or for people as asked.
    #[error("there is no such scope: {}", .0.join(", "))]
    InvalidScope(Vec<String>),
    /// The person would be sent back to where the app did not say it may.
    #[error("redirect_uri did not match any configured URIs. Passed URI: {0}")]
    BadRedirect(String),
}

impl AuthorizeError {
    /// The error's code, as far as it is known: pages show it among the details.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::UnknownClient(_) => "invalid_client_id",
            Self::NoScopes => "no_scopes",
            Self::InvalidScope(_) => "invalid_scope",
            Self::BadRedirect(_) => "bad_redirect_uri",
        }
    }
}

/// What the app asks for.
#[derive(Clone, Debug)]
pub(crate) struct AuthorizeRequest {
    pub(crate) scopes: Vec<String>,
    pub(crate) user_scopes: Vec<String>,
    /// What the app wants to hear again.
    pub(crate) state: String,
    /// The workspace that the app has in mind.
    pub(crate) team: Option<String>,
    /// Where the person is sent back to, if the app names it.
    pub(crate) redirect_uri: Option<String>,
    /// Where they are sent back to in any case.
    pub(crate) target: Url,
}

/// The arguments by which the page's form says again what was asked for.
pub(super) const ARGUMENTS: [&str; 6] =
    ["client_id", "scope", "user_scope", "state", "redirect_uri", "team"];

impl AuthorizeRequest {
    /// Reads a query, or the form that repeats it. What else is there is overlooked.
    pub(crate) fn read(query: &[u8], settings: &Settings) -> Result<Self, AuthorizeError> {
        let mut given = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query) {
            given.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        let mut take = |name: &str| given.remove(name).filter(|value| !value.is_empty());
        let client_id = take("client_id").unwrap_or_default();
        if client_id != settings.client_id {
            return Err(AuthorizeError::UnknownClient(client_id));
        }
        let redirect_uri = take("redirect_uri");
        let target = target(redirect_uri.as_deref(), settings)?;
        let scopes = scopes::read(&take("scope").unwrap_or_default());
        let user_scopes = scopes::read(&take("user_scope").unwrap_or_default());
        check_scopes(&scopes, &user_scopes)?;
        let (state, team) = (take("state").unwrap_or_default(), take("team"));
        Ok(Self { scopes, user_scopes, state, team, redirect_uri, target })
    }
}

fn check_scopes(scopes: &[String], user_scopes: &[String]) -> Result<(), AuthorizeError> {
    if scopes.is_empty() && user_scopes.is_empty() {
        return Err(AuthorizeError::NoScopes);
    }
    let for_bot = scopes.iter().map(|scope| (scope, Holder::Bot));
    let for_user = user_scopes.iter().map(|scope| (scope, Holder::User));
    let unknown: Vec<_> = for_bot
        .chain(for_user)
        .filter(|(scope, holder)| !scopes::exists(scope, *holder))
        .map(|(scope, _)| scope.clone())
        .collect();
    if unknown.is_empty() { Ok(()) } else { Err(AuthorizeError::InvalidScope(unknown)) }
}

/// Where the person is sent back to: the address that is named, or the first of those that the app
/// has.
fn target(named: Option<&str>, settings: &Settings) -> Result<Url, AuthorizeError> {
    let allowed = &settings.redirect_urls;
    let text = named.or(allowed.first().map(String::as_str)).unwrap_or_default();
    let refused = || AuthorizeError::BadRedirect(text.to_owned());
    let url = Url::parse(text).map_err(|_| refused())?;
    let may = if allowed.is_empty() {
        is_safe(&url)
    } else {
        allowed.iter().filter_map(|base| Url::parse(base).ok()).any(|base| is_below(&url, &base))
    };
    may.then_some(url).ok_or_else(refused)
}

/// Codes travel by these addresses, so Slack takes none but `https`; an app that is tried on one
/// machine has none.
fn is_safe(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    (url.scheme() == "https" && url.has_host()) || (url.scheme() == "http" && is_loopback)
}

/// Whether an address is this one or below it, whatever its query.
fn is_below(url: &Url, base: &Url) -> bool {
    let rest = url.path().strip_prefix(base.path());
    let is_path =
        |rest: &str| rest.is_empty() || rest.starts_with('/') || base.path().ends_with('/');
    url.origin() == base.origin() && rest.is_some_and(is_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(text: &str, allowed: &[&str]) -> bool {
        let redirect_urls = allowed.iter().map(|url| (*url).to_owned()).collect();
        target(Some(text), &Settings { redirect_urls, ..Settings::default() }).is_ok()
    }

    #[test]
    fn people_are_sent_back_to_addresses_of_the_app_or_below_them() {
        let allowed = ["https://app.example/slack", "http://127.0.0.1:3000/"];
        for text in [
            "https://app.example/slack",
            "https://app.example/slack/done",
            "https://app.example/slack?a=b",
            "http://127.0.0.1:3000/slack/callback",
        ] {
            assert!(may(text, &allowed), "{text}");
        }
        for text in [
            "https://app.example/slacker",
            "https://app.example/",
            "https://app.example:444/slack",
            "http://app.example/slack",
            "https://other.example/slack",
            "/slack",
        ] {
            assert!(!may(text, &allowed), "{text}");
        }
    }

    #[test]
    fn without_a_list_addresses_have_to_be_safe() {
        for text in ["https://app.example/x", "http://localhost:3000/x", "http://[::1]/x"] {
            assert!(may(text, &[]), "{text}");
        }
        for text in ["http://app.example/x", "ftp://localhost/x", "javascript:alert(1)", ""] {
            assert!(!may(text, &[]), "{text}");
        }
    }
}

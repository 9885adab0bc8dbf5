//! Installs the app, as an app and a browser do.

use reqwest::Client;
use reqwest::redirect::Policy;
use serde_json::Value;
use slack_emulator::SlackEmulator;

use super::client;

pub(crate) const REDIRECT: &str = "http://127.0.0.1:3000/slack/callback";

/// A browser that shows where it is sent instead of going there.
pub(crate) fn browser() -> Client {
    let _provider = client();
    #[expect(clippy::disallowed_methods, reason = "these tests are over when the test runner says")]
    Client::builder().redirect(Policy::none()).build().unwrap()
}

/// The address that the app sends people to.
pub(crate) fn address(slack: &SlackEmulator, arguments: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", slack.client_id());
    query.extend_pairs(arguments);
    format!("{}?{}", slack.authorize_url(), query.finish())
}

/// What the app usually asks for.
pub(crate) fn usual(slack: &SlackEmulator, scope: &str, user_scope: &str) -> String {
    let arguments =
        [("scope", scope), ("user_scope", user_scope), ("state", "s"), ("redirect_uri", REDIRECT)];
    address(slack, &arguments)
}

/// An argument of an address.
pub(crate) fn argument(url: &url::Url, wanted: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// `oauth.v2.access`, with the app's client id and secret.
pub(crate) async fn access(slack: &SlackEmulator, form: &[(&str, &str)]) -> Value {
    let request = client().post(format!("{}oauth.v2.access", slack.api_url()));
    let request = request.basic_auth(slack.client_id(), Some(slack.client_secret()));
    request.form(form).send().await.unwrap().json().await.unwrap()
}

/// A person allows it and the app exchanges the code.
pub(crate) async fn install(
    slack: &SlackEmulator,
    team: &str,
    user: &str,
    scope: &str,
    user_scope: &str,
) -> Value {
    let sent_to = slack.allow(team, user, &usual(slack, scope, user_scope));
    let code = argument(&sent_to, "code").unwrap();
    access(slack, &[("code", &code), ("redirect_uri", REDIRECT)]).await
}

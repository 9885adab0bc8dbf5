//! Calls the Web API as an app does.

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;
use slack_emulator::SlackEmulator;

pub(crate) fn client() -> reqwest::Client {
    let _already = rustls::crypto::ring::default_provider().install_default();
    #[expect(clippy::disallowed_methods, reason = "these tests are over when the test runner says")]
    reqwest::Client::new()
}

pub(crate) struct Caller {
    pub(crate) client: reqwest::Client,
    pub(crate) api_url: String,
    pub(crate) token: String,
}

impl Caller {
    pub(crate) fn new(slack: &SlackEmulator, team: &str) -> Self {
        Self { client: client(), api_url: slack.api_url(), token: slack.bot_token(team) }
    }

    /// With the token that a person gave the app.
    pub(crate) fn of(slack: &SlackEmulator, team: &str, user: &str, scopes: &[&str]) -> Self {
        let token = slack.authorize(team, user, scopes.iter().copied());
        Self { token, ..Self::new(slack, team) }
    }

    pub(crate) fn post(&self, method: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("{}{method}", self.api_url)).bearer_auth(&self.token)
    }

    pub(crate) fn json(&self, method: &str, arguments: &Value) -> reqwest::RequestBuilder {
        self.post(method)
            .header("content-type", "application/json; charset=utf-8")
            .body(arguments.to_string())
    }

    /// With JSON arguments.
    pub(crate) async fn call(&self, method: &str, arguments: Value) -> Value {
        self.json(method, &arguments).send().await.unwrap().json().await.unwrap()
    }

    /// With arguments in a form.
    pub(crate) async fn form(&self, method: &str, arguments: &[(&str, &str)]) -> Value {
        self.post(method).form(arguments).send().await.unwrap().json().await.unwrap()
    }

    /// With arguments in the address.
    pub(crate) async fn get(&self, method_and_query: &str) -> Value {
        let request = self.client.get(format!("{}{method_and_query}", self.api_url));
        request.bearer_auth(&self.token).send().await.unwrap().json().await.unwrap()
    }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

pub(crate) fn retry_after(headers: &HeaderMap) -> &str {
    header(headers, RETRY_AFTER.as_str())
}

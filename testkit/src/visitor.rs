//! Somebody who installs the app in a browser: it keeps cookies, and shows where it is sent instead of going there.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;

use slack_emulator::SlackEmulator;
use url::{Position, Url};

use crate::{PATIENCE, Side};

/// How often it looks for what it waits for.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A browser.
#[derive(Debug)]
pub struct Visitor {
    client: reqwest::Client,
    app: String,
    cookies: BTreeMap<String, String>,
    /// Cookies that others set at the same address, sent before our own.
    pub foreign_cookies: Vec<Vec<u8>>,
    /// Whether each cookie has a header of its own, as HTTP/2 allows.
    pub splits_cookies: bool,
    /// What every cookie was set with.
    pub set_cookies: Vec<String>,
}

/// What a browser sees.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Seen {
    pub status: u16,
    pub location: String,
    pub headers: HeaderMap,
    pub text: String,
}

impl Visitor {
    /// A new browser, which reaches SyncBot at this address.
    pub fn at(app: &str) -> Self {
        // The provider of TLS is installed with the first client.
        drop(crate::request::http_client());
        #[expect(clippy::disallowed_methods, reason = "the product's client follows redirects")]
        let client = reqwest::Client::builder().redirect(Policy::none()).timeout(PATIENCE).build();
        Self {
            client: client.expect("a client"),
            app: app.to_owned(),
            cookies: BTreeMap::new(),
            foreign_cookies: Vec::new(),
            splits_cookies: false,
            set_cookies: Vec::new(),
        }
    }

    /// Opens an address, or a path of SyncBot's.
    pub async fn open(&mut self, address: &str) -> Seen {
        self.asks(Method::GET, address).await
    }

    /// Asks whether there is something at an address, as whatever checks links does.
    pub async fn probes(&mut self, address: &str) -> Seen {
        self.asks(Method::HEAD, address).await
    }

    async fn asks(&mut self, method: Method, address: &str) -> Seen {
        let address = if address.starts_with('/') {
            format!("{}{address}", self.app)
        } else {
            address.to_owned()
        };
        let own = self.cookies.iter().map(|(name, value)| format!("{name}={value}").into_bytes());
        let mut cookies: Vec<Vec<u8>> = self.foreign_cookies.iter().cloned().chain(own).collect();
        if !self.splits_cookies && !cookies.is_empty() {
            cookies = vec![cookies.join(&b"; "[..])];
        }
        let request = self.client.request(method, address);
        let request = cookies.into_iter().fold(request, |request, one| request.header(COOKIE, one));
        let response = request.send().await.expect("answered");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let (pair, _) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            self.cookies.insert(name.to_owned(), value.to_owned());
            self.set_cookies.push(cookie.to_owned());
        }
        let location = headers.get(LOCATION).map(|value| value.to_str().expect("text").to_owned());
        let text = response.text().await.expect("a body");
        Seen { status, location: location.unwrap_or_default(), headers, text }
    }

    /// Begins to install the app; returns the address of Slack's page.
    pub async fn begins(&mut self) -> String {
        let seen = self.open("/slack/install").await;
        assert_eq!(seen.status, 302, "{}", seen.text);
        seen.location
    }

    /// Installs the app as somebody in a workspace who allows what it asks for; returns the path of the page that says
    /// what becomes of it.
    pub async fn installs(&mut self, slack: &SlackEmulator, side: Side) -> String {
        let asked = self.begins().await;
        let back = slack.allow(side.team, side.person, &asked);
        // Wherever SyncBot thinks that it is reached.
        self.comes_back(&back[Position::BeforePath..]).await
    }

    /// Goes where Slack sends it; returns the path of the page of its attempt.
    pub async fn comes_back(&mut self, address: &str) -> String {
        let seen = self.open(address).await;
        assert_eq!(seen.status, 303, "{}", seen.text);
        let page = Url::parse(&seen.location).expect("a whole address");
        page[Position::BeforePath..].to_owned()
    }

    /// Waits until the page of an attempt says that it ended so; returns the page.
    pub async fn until(&mut self, page: &str, state: &str) -> Seen {
        let status = format!("{page}/status");
        let reached = async {
            while self.open(&status).await.text != state {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            self.open(page).await
        };
        let reached = tokio::time::timeout(PATIENCE, reached).await;
        reached.unwrap_or_else(|_| panic!("{page} does not come to be `{state}`"))
    }
}

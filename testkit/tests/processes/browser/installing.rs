//! Somebody installs the app: from SyncBot's address over Slack's page to the one that says that it is done, with
//! the worker away meanwhile.

use std::net::{Ipv4Addr, TcpListener};

use serde_json::{Value, json};
use testkit::{CEDAR, Engine, Process, TestDatabase, Town};

use super::Browser;

/// A town with a workspace that has not installed the app, and an ingress that browsers reach; no worker.
async fn town(database: &TestDatabase) -> (Town, Process, String) {
    let town = Town::build(database, 0).await;
    let cedar = town.slack.add_workspace_without_app(CEDAR.team, CEDAR.name);
    cedar.user(CEDAR.person, CEDAR.person_name);
    let port = port_for_later().to_string();
    let url = format!("http://127.0.0.1:{port}");
    let reached = [("PORT", port.as_str()), ("SYNCBOT_PUBLIC_URL", &url), LOCAL];
    let ingress = town.start_ingress_with(&reached).await;
    (town, ingress, url)
}

/// A port that is free, and that nobody is given before it is used: the system gives others.
fn port_for_later() -> u16 {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).expect("small");
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    (first..first + 2_000).find(is_free).expect("a port is free")
}

/// Browsers of tests come by `http`.
const LOCAL: (&str, &str) = ("LOCAL_DEVELOPMENT", "true");

impl Browser {
    /// Waits until a page of SyncBot's shows this state; returns its heading.
    async fn state(&self, state: &str) -> String {
        let heading = self.find(&format!("html[data-state='{state}'] h1")).await;
        heading.text().await.expect("readable")
    }

    /// Says yes on Slack's page.
    async fn allows(&self) {
        let person = self.find("[data-testid='oauth-person']").await;
        person.select_by_value(&format!("{}/{}", CEDAR.team, CEDAR.person)).await.expect("chosen");
        self.find("[data-testid='oauth-allow']").await.click().await.expect("clicked");
    }

    /// Makes a picture for the documents, if somebody wants it anew.
    async fn picture(&self, name: &str) {
        let Some(folder) = testkit::pictures() else { return };
        self.client.set_window_size(760, 520).await.expect("resized");
        let picture = self.client.screenshot().await.expect("made");
        std::fs::write(folder.join(name), picture).expect("written");
    }
}

/// Returns what ingress printed.
async fn installs(preferences: Value) -> String {
    let database = TestDatabase::create(Engine::Sqlite);
    let (town, ingress, url) = town(&database).await;
    Browser::with(&preferences, &format!("{url}/slack/install"), async |browser| {
        browser.allows().await;
        assert_eq!(browser.state("waiting").await, "Installing SyncBot …");
        let address = browser.client.current_url().await.expect("an address");
        assert!(address.query().is_none(), "the code does not stay in the address: {address}");
        browser.picture("installing.png").await;
        let worker = town.start_worker_with(&[LOCAL]);
        assert_eq!(browser.state("installed").await, "SyncBot is installed in Cedar");
        browser.picture("installed.png").await;
        let (status, output) = worker.stop().await;
        assert!(status.success(), "{output}");
    })
    .await;
    assert!(town.slack.is_installed(CEDAR.team));
    let (status, output) = ingress.stop().await;
    assert!(status.success(), "{output}");
    for secret in ["code=", "state=", "xoxb-", "xoxp-", "hidden"] {
        assert!(!output.contains(secret), "{secret}: {output}");
    }
    assert_eq!(town.slack.violations(), []);
    output
}

/// What the page's script asks for.
const ASKED_BY_SCRIPT: &str = "/slack/install/{attempt}/status";

#[tokio::test]
async fn the_page_turns_by_itself_when_the_worker_is_back() {
    let output = installs(json!({})).await;
    assert!(output.contains(ASKED_BY_SCRIPT), "{output}");
}

#[tokio::test]
async fn the_demo_can_be_installed_again() {
    let mut demo = Process::start("syncbot", &["demo", "--port", "0"], [("TMPDIR", "/tmp")]);
    let line = demo.line_with("/slack/install").await;
    let (_, address) = line.split_once("again: ").expect("an address");
    Browser::on(address, async |browser| {
        browser.find("[data-testid='oauth-allow']").await.click().await.expect("clicked");
        assert_eq!(browser.state("installed").await, "SyncBot is installed in Acme");
    })
    .await;
    let (status, output) = demo.stop().await;
    assert!(status.success(), "{output}");
}

#[tokio::test]
async fn the_page_turns_without_script_as_well() {
    let no_script = json!({ "profile.managed_default_content_settings.javascript": 2 });
    let output = installs(no_script).await;
    assert!(!output.contains(ASKED_BY_SCRIPT), "{output}");
}

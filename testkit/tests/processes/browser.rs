//! What a person meets in a browser: the demo, with a message typed on either side; and how the app is installed.

mod installing;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use futures::FutureExt as _;
use serde_json::{Value, json};
use testkit::{ACME, BIRCH, PATIENCE, Process, Side};

/// A browser without a window, and its driver.
struct Browser {
    client: Client,
    _driver: Process,
}

impl Browser {
    async fn open(url: &str, preferences: &Value) -> Self {
        let mut driver = Process::start_program(
            &testkit::chromedriver(),
            &["--port=0"],
            testkit::surroundings(),
        );
        let line = driver.line_with("started successfully on port").await;
        let port: String = line.chars().filter(char::is_ascii_digit).collect();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            // Containers often have little of it, and then pages crash.
            "--disable-dev-shm-usage",
            "--window-size=1400,900",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ];
        let options = json!({ "args": arguments, "prefs": preferences });
        let capabilities = json!({ "goog:chromeOptions": options });
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities.as_object().expect("an object").clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("the driver opens a browser");
        client.goto(url).await.expect("the page opens");
        Self { client, _driver: driver }
    }

    /// Opens a page and uses it. The browser is closed in any case: it would outlive its driver.
    async fn on(url: &str, act: impl AsyncFnOnce(&Self)) {
        Self::with(&json!({}), url, act).await;
    }

    /// As [`Browser::on`], with these preferences of the browser.
    async fn with(preferences: &Value, url: &str, act: impl AsyncFnOnce(&Self)) {
        let browser = Self::open(url, preferences).await;
        let acted = AssertUnwindSafe(act(&browser)).catch_unwind().await;
        browser.client.close().await.expect("the browser closes");
        if let Err(panic) = acted {
            std::panic::resume_unwind(panic);
        }
    }

    /// Waits for an element.
    async fn find(&self, css: &str) -> Element {
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .every(Duration::from_millis(50))
            .for_element(Locator::Css(css));
        found.await.unwrap_or_else(|error| panic!("`{css}` is not on the page: {error}"))
    }

    /// Types a message into a workspace's window and sends it.
    async fn type_in(&self, side: Side, text: &str) {
        let composer =
            self.find(&format!("[data-team='{}'] [data-testid='composer']", side.team)).await;
        composer.send_keys(text).await.expect("typed");
        composer.send_keys(&Key::Enter.to_string()).await.expect("sent");
    }

    /// Waits until a workspace's window shows a message; returns what stands in it.
    async fn message(&self, side: Side, number: usize) -> Message {
        let css =
            format!("[data-team='{}'] [data-testid='message']:nth-of-type({number})", side.team);
        let shown = self.find(&css).await;
        let part = async |name: &str| {
            let part = shown
                .find(Locator::Css(&format!("[data-testid='{name}']")))
                .await
                .expect("every message has it");
            part.text().await.expect("readable")
        };
        Message { author: part("author").await, text: part("text").await }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Message {
    author: String,
    text: String,
}

impl Message {
    fn new(author: &str, text: &str) -> Self {
        Self { author: author.to_owned(), text: text.to_owned() }
    }
}

#[tokio::test]
async fn a_message_typed_in_one_window_of_the_demo_appears_in_the_other_and_back() {
    let mut demo = Process::start("syncbot", &["demo", "--port", "0"], [("TMPDIR", "/tmp")]);
    demo.line_with("Ctrl-C ends it").await;
    let page = demo.line_with("    http://").await.trim().to_owned();
    Browser::on(&page, async |browser| {
        browser.type_in(ACME, "hello from <b>Acme</b> & friends").await;
        let said = "hello from <b>Acme</b> & friends";
        assert_eq!(browser.message(BIRCH, 1).await, Message::new("Ada Lovelace (Acme)", said));
        browser.type_in(BIRCH, "hello from Birch").await;
        assert_eq!(
            browser.message(ACME, 2).await,
            Message::new("Linus Pauling (Birch)", "hello from Birch")
        );
        assert_eq!(browser.message(ACME, 1).await, Message::new("Ada Lovelace", said));
    })
    .await;
    let (status, output) = demo.stop().await;
    assert!(status.success(), "{output}");
    assert!(!output.contains("WARN") && !output.contains("ERROR"), "{output}");
}

//! What the tests share: a stage, a caller of the Web API, and an app that takes events.

mod caller;
pub(crate) mod installer;
mod receiver;

use std::time::Duration;

use slack_emulator::{Settings, SlackEmulator};

pub(crate) use caller::{Caller, client, header, retry_after};
pub(crate) use receiver::{Receiver, Reply, Seen};

pub(crate) const TEAM: &str = "T0ACME";
pub(crate) const ADA: &str = "U0ADA";
pub(crate) const BEN: &str = "U0BEN";
pub(crate) const GENERAL: &str = "C0GENERAL";

/// Long enough that only a broken test waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// An emulator with one workspace: two people, one channel with everyone and the bot in it.
pub(crate) async fn acme() -> SlackEmulator {
    acme_with(Settings::default()).await
}

pub(crate) async fn acme_with(settings: Settings) -> SlackEmulator {
    let slack = SlackEmulator::start(settings).await.unwrap();
    slack
        .add_workspace(TEAM, "Acme")
        .user(ADA, "Ada Lovelace")
        .user(BEN, "Ben Ali")
        .channel(GENERAL, "general");
    slack
}

/// The same, and an app that takes its events.
pub(crate) async fn acme_and_app() -> (SlackEmulator, Receiver) {
    acme_and_app_with(Settings::default()).await
}

pub(crate) async fn acme_and_app_with(settings: Settings) -> (SlackEmulator, Receiver) {
    let slack = acme_with(settings).await;
    let app = Receiver::start().await;
    slack.set_request_url(&app.url).await.unwrap();
    app.forget();
    (slack, app)
}

/// Waits until that many attempts to deliver are over.
pub(crate) async fn attempts(slack: &SlackEmulator, count: usize) {
    slack.wait_until(|slack| slack.deliveries().len() >= count, PATIENCE).await.unwrap();
    assert_eq!(slack.deliveries().len(), count);
}

pub(crate) fn kinds(slack: &SlackEmulator) -> Vec<slack_emulator::ViolationKind> {
    slack.violations().into_iter().map(|violation| violation.kind).collect()
}
